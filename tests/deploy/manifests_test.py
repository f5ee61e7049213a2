"""The deployment files agree with each other and with the product: what no build would notice."""
import json
import pathlib
import re
import sys
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
VERSION = re.search(r"project\(wsload VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text()).group(1)
USER = 10001


def manifests():
    return [
        document
        for path in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
        for document in yaml.safe_load_all(path.read_text())
    ]


def of_kind(*kinds):
    return {document["metadata"]["name"]: document for document in manifests() if document["kind"] in kinds}


def pods():
    return {name: workload["spec"]["template"] for name, workload in of_kind("Deployment", "Job").items()}


class Kubernetes(unittest.TestCase):
    def test_kinds_and_names_are_unique(self):
        names = [(document["kind"], document["metadata"]["name"]) for document in manifests()]
        self.assertEqual(len(names), len(set(names)))
        self.assertTrue(all(document["apiVersion"] for document in manifests()))

    def test_selectors_find_their_pods(self):
        labels = [pod["metadata"]["labels"] for pod in pods().values()]

        def found(selector):
            return any(selector.items() <= pod.items() for pod in labels)

        for name, workload in of_kind("Deployment").items():
            selector = workload["spec"]["selector"]["matchLabels"]
            self.assertLessEqual(selector.items(), workload["spec"]["template"]["metadata"]["labels"].items(), name)
        for name, service in of_kind("Service").items():
            self.assertTrue(found(service["spec"]["selector"]), name)
            self.assertEqual(service["spec"]["clusterIP"], "None", name)
        for name, policy in of_kind("NetworkPolicy").items():
            self.assertTrue(found(policy["spec"]["podSelector"]["matchLabels"]), name)
            for rule in policy["spec"]["ingress"]:
                # Those of other namespaces are not in these files.
                peers = [peer for peer in rule["from"] if "namespaceSelector" not in peer]
                self.assertTrue(all(found(peer["podSelector"]["matchLabels"]) for peer in peers), name)

    def test_service_ports_are_container_ports(self):
        ports = {
            port["name"]: port["containerPort"]
            for pod in pods().values()
            for container in pod["spec"]["containers"]
            for port in container.get("ports", [])
        }
        for name, service in of_kind("Service").items():
            for port in service["spec"]["ports"]:
                self.assertEqual(ports[port["targetPort"]], port["port"], name)

    def test_pods_are_hardened(self):
        for name, pod in pods().items():
            spec = pod["spec"]
            self.assertIs(spec["securityContext"]["runAsNonRoot"], True, name)
            self.assertEqual(spec["securityContext"]["runAsUser"], USER, name)
            self.assertIs(spec["automountServiceAccountToken"], False, name)
            self.assertIs(spec["enableServiceLinks"], False, name)
            volumes = {volume["name"] for volume in spec.get("volumes", [])}
            for container in spec["containers"]:
                context = container["securityContext"]
                self.assertIs(context["allowPrivilegeEscalation"], False, name)
                self.assertIs(context["readOnlyRootFilesystem"], True, name)
                self.assertEqual(context["capabilities"]["drop"], ["ALL"], name)
                self.assertIn("requests", container["resources"], name)
                self.assertLessEqual({mount["name"] for mount in container.get("volumeMounts", [])}, volumes, name)

    def test_controller_finds_agents_and_token(self):
        arguments = pods()["wsload"]["spec"]["containers"][0]["args"]
        agents = next(flag for flag in arguments if flag.startswith("-agents="))
        host, port = re.fullmatch(r"-agents=dns:///(.+):(\d+)", agents).groups()
        self.assertEqual(of_kind("Service")[host]["spec"]["ports"][0]["port"], int(port))
        environment = {entry["name"]: entry.get("value") for entry in
                       pods()["wsload-agent"]["spec"]["containers"][0]["env"]}
        self.assertEqual(environment["WSLOAD_AGENT_LISTEN"].rsplit(":", 1)[1], port)
        self.assertIn("-token-file=" + environment["WSLOAD_AGENT_TOKEN_FILE"], arguments)

    def test_probes_ask_where_the_agent_listens(self):
        container = pods()["wsload-agent"]["spec"]["containers"][0]
        environment = {entry["name"]: entry.get("value") for entry in container["env"]}
        port = int(environment["WSLOAD_AGENT_LISTEN"].rsplit(":", 1)[1])
        for probe in "startupProbe", "readinessProbe", "livenessProbe":
            self.assertEqual(container[probe]["grpc"], {"port": port}, probe)

    def test_the_guide_names_what_there_is(self):
        guide = (ROOT / "docs" / "deploy.md").read_text()
        named = set(re.findall(r"\b(deployment|job)/([a-z-]+)", guide))
        there = {(document["kind"].lower(), document["metadata"]["name"]) for document in manifests()}
        self.assertEqual(named, {name for name in there if name[0] in ("deployment", "job")})
        secrets = {
            volume["secret"]["secretName"]
            for pod in pods().values()
            for volume in pod["spec"].get("volumes", [])
            if "secret" in volume
        }
        self.assertEqual(set(re.findall(r"create secret generic (\S+)", guide)), secrets)
        files = set(re.findall(r"-f deploy/kubernetes/(\S+\.yaml)", guide))
        self.assertEqual(files, {path.name for path in (DEPLOY / "kubernetes").glob("*.yaml")})

    def test_prometheus_alone_reaches_the_figures(self):
        pod = pods()["wsload-agent"]
        container = pod["spec"]["containers"][0]
        environment = {entry["name"]: entry.get("value") for entry in container["env"]}
        port = int(environment["WSLOAD_AGENT_METRICS"].rsplit(":", 1)[1])
        self.assertIn({"name": "metrics", "containerPort": port}, container["ports"])
        scraped = {"prometheus.io/scrape": "true", "prometheus.io/port": str(port)}
        self.assertEqual(pod["metadata"]["annotations"], scraped)
        rules = of_kind("NetworkPolicy")["wsload-agent"]["spec"]["ingress"]
        (rule,) = [rule for rule in rules if {"protocol": "TCP", "port": port} in rule["ports"]]
        self.assertEqual(len(rule["ports"]), 1)
        self.assertEqual([peer["podSelector"]["matchLabels"] for peer in rule["from"]],
                         [{"app.kubernetes.io/name": "prometheus"}])

    def test_images_are_this_version(self):
        for name, pod in pods().items():
            for container in pod["spec"]["containers"]:
                self.assertTrue(container["image"].endswith(":" + VERSION), name)


class Compose(unittest.TestCase):
    def setUp(self):
        self.file = yaml.safe_load((DEPLOY / "docker-compose.yml").read_text())
        self.services = self.file["services"]

    def test_images_are_this_version(self):
        for name, service in self.services.items():
            self.assertIn(":" + VERSION + "}", service["image"], name)

    def test_targets_are_stages_of_the_dockerfile(self):
        stages = re.findall(r"^FROM \S+ AS (\S+)$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
        for name, service in self.services.items():
            self.assertIn(service["build"]["target"], stages, name)
        self.assertEqual(stages[-1], "wsload", "what a build without --target makes")

    def test_controller_finds_agents_gateway_and_token(self):
        agent, controller = self.services["agent"], self.services["controller"]
        port = agent["environment"]["WSLOAD_AGENT_LISTEN"].rsplit(":", 1)[1]
        self.assertEqual(controller["environment"]["WSLOAD_AGENTS"], f"dns:///agent:{port}")
        port = self.services["gateway"]["environment"]["WSLOAD_GATEWAY_LISTEN"].rsplit(":", 1)[1]
        self.assertEqual(controller["environment"]["WSLOAD_SERVER"], f"ws://gateway:{port}/ws")
        for service, variable in (agent, "WSLOAD_AGENT_TOKEN_FILE"), (controller, "WSLOAD_TOKEN_FILE"):
            self.assertEqual(service["secrets"], ["agent_token"])
            self.assertEqual(service["environment"][variable], "/run/secrets/agent_token")

    def test_what_a_stack_needs(self):
        self.assertRegex(self.file["version"], r"^3\.\d+$")
        self.assertIs(self.file["networks"]["default"]["attachable"], True)
        for name, service in self.services.items():
            self.assertIsInstance(service.get("depends_on", []), list, name)
            self.assertNotIn("profiles", service, name)
        self.assertEqual(self.services["agent"]["deploy"]["endpoint_mode"], "dnsrr")
        self.assertEqual(self.services["controller"]["deploy"]["replicas"], 0)


class Monitoring(unittest.TestCase):
    """What is scraped, drawn and handed over is what an agent exposes (the unit tests hold that vector against it)."""

    @classmethod
    def setUpClass(cls):
        cls.exposed = {}  # sample's name -> its labels' names
        for line in (ROOT / "tests" / "vectors" / "agent_metrics.txt").read_text().splitlines():
            if not line.startswith("#"):
                name, labels = re.fullmatch(r"(\w+)(?:\{(.*)\})? \S+", line).groups()
                cls.exposed.setdefault(name, set()).update(re.findall(r'(\w+)="', labels or ""))
        cls.dashboard = json.loads((DEPLOY / "grafana" / "dashboards" / "agents.json").read_text())
        cls.prometheus = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
        cls.datasource = yaml.safe_load((DEPLOY / "grafana" / "datasource.yml").read_text())["datasources"][0]
        cls.compose = yaml.safe_load((DEPLOY / "docker-compose.monitoring.yml").read_text())
        cls.base = yaml.safe_load((DEPLOY / "docker-compose.yml").read_text())

    def expressions(self):
        return [target["expr"] for panel in self.dashboard["panels"] for target in panel["targets"]]

    def test_dashboard_asks_for_what_agents_expose(self):
        # What Prometheus itself puts on every sample.
        own = {"instance", "job"}
        self.assertGreater(len(self.expressions()), 30)
        for expression in self.expressions():
            names = re.findall(r"\b(?:wsload|process)_\w+", expression)
            self.assertTrue(names, expression)
            for name in names:
                self.assertIn(name, self.exposed, expression)
            labels = {label for name in names for label in self.exposed[name]} | own
            used = set(re.findall(r'(\w+)(?:=~|!~|!=|=)"', expression))
            for group in re.findall(r"\bby \(([\w, ]+)\)", expression):
                used.update(group.replace(" ", "").split(","))
            self.assertLessEqual(used, labels, expression)

    def test_dashboard_rates_counters_and_shows_gauges(self):
        kinds = dict(re.findall(r"^# TYPE (\w+) (\w+)$", (ROOT / "tests/vectors/agent_metrics.txt").read_text(), re.M))
        for expression in self.expressions():
            for name in re.findall(r"\b(?:wsload|process)_\w+", expression):
                kind = kinds.get(name) or kinds[re.sub(r"_(bucket|sum|count)$", "", name)]
                rated = re.search(r"\b(?:rate|increase)\(" + name + r"\{", expression) is not None
                self.assertEqual(rated, kind != "gauge", expression)

    def test_every_series_of_weight_is_drawn(self):
        drawn = " ".join(self.expressions())
        for name in ("scheduled", "succeeded", "failed", "unsent"):
            self.assertIn(f"wsload_messages_{name}_total", drawn)
        for name in ("response_time", "service_time", "send_lag", "connect_time"):
            self.assertIn(f"wsload_{name}_seconds_bucket", drawn)

    def test_panels_do_not_overlap_and_know_the_datasource(self):
        cells = set()
        for panel in self.dashboard["panels"]:
            place = panel["gridPos"]
            for cell in ((x, y) for x in range(place["x"], place["x"] + place["w"])
                         for y in range(place["y"], place["y"] + place["h"])):
                self.assertNotIn(cell, cells, panel["title"])
                self.assertLess(cell[0], 24, panel["title"])
                cells.add(cell)
            for used in [panel["datasource"]] + [target["datasource"] for target in panel["targets"]]:
                self.assertEqual(used, {"type": self.datasource["type"], "uid": self.datasource["uid"]})
        numbers = [panel["id"] for panel in self.dashboard["panels"]]
        self.assertEqual(len(numbers), len(set(numbers)))
        self.assertEqual(self.datasource["jsonData"]["timeInterval"], self.prometheus["global"]["scrape_interval"])
        self.assertEqual(self.datasource["url"], "http://prometheus:9090")
        self.assertIn("prometheus", self.compose["services"])

    def test_prometheus_finds_the_agents(self):
        (job,) = self.prometheus["scrape_configs"]
        (finder,) = job["dns_sd_configs"]
        port = self.compose["services"]["agent"]["environment"]["WSLOAD_AGENT_METRICS"].rsplit(":", 1)[1]
        self.assertEqual((finder["names"], finder["type"], str(finder["port"])), (["agent"], "A", port))
        self.assertIn("agent", self.base["services"])
        self.assertNotIn("ports", self.compose["services"]["agent"])
        self.assertNotIn("WSLOAD_AGENT_METRICS", self.base["services"]["agent"]["environment"], "off by default")
        self.assertIn(f'job="{job["job_name"]}"', " ".join(self.expressions()))

    def test_files_are_there_and_where_they_are_looked_for(self):
        places = {}
        for service in self.compose["services"].values():
            for secret in service.get("secrets", []):
                path = DEPLOY / self.compose["secrets"][secret["source"]]["file"]
                self.assertTrue(path.is_file(), path)
                places[secret["target"]] = path.name
        self.assertEqual(set(self.compose["secrets"]), {secret["source"] for service in
                         self.compose["services"].values() for secret in service.get("secrets", [])})
        config = next(word for word in self.compose["services"]["prometheus"]["command"] if "--config.file" in word)
        self.assertIn(config.split("=")[1], places)
        home = self.compose["services"]["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
        self.assertEqual(places[home], "agents.json")
        provider = yaml.safe_load((DEPLOY / "grafana" / "dashboards.yml").read_text())["providers"][0]
        self.assertEqual(provider["options"]["path"], home.rsplit("/", 1)[0])

    def test_what_both_composes_and_a_stack_take(self):
        self.assertEqual(self.compose["version"], self.base["version"])
        for name, service in self.compose["services"].items():
            self.assertNotIn("profiles", service, name)
            self.assertNotIn("configs", service, name)
            self.assertIsInstance(service.get("depends_on", []), list, name)
            if name != "agent":
                self.assertRegex(service["image"], r"^\$\{WSLOAD_\w+_IMAGE:-[\w/]+:v?\d+\.\d+\.\d+\}$", "pinned")
                self.assertEqual(service["cap_drop"], ["ALL"], name)
        self.assertEqual(self.compose["services"]["grafana"]["ports"], ["${WSLOAD_GRAFANA_PORT:-127.0.0.1:3000}:3000"])

    def test_nobody_changes_anything_in_grafana(self):
        environment = self.compose["services"]["grafana"]["environment"]
        self.assertEqual(environment["GF_AUTH_ANONYMOUS_ORG_ROLE"], "Viewer")
        for name in "GF_AUTH_DISABLE_LOGIN_FORM", "GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION":
            self.assertEqual(environment[name], "true")
        self.assertEqual(environment["GF_AUTH_BASIC_ENABLED"], "false")


class Dockerfile(unittest.TestCase):
    def test_user_and_version(self):
        text = (DEPLOY / "Dockerfile").read_text()
        self.assertIn(f"\nUSER {USER}:{USER}\n", text)
        self.assertIn(f"\nARG VERSION={VERSION}\n", text)


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
