"""The deployment files agree with each other and with the product: what no build would notice."""
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
                self.assertTrue(all(found(peer["podSelector"]["matchLabels"]) for peer in rule["from"]), name)

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


class Dockerfile(unittest.TestCase):
    def test_user_and_version(self):
        text = (DEPLOY / "Dockerfile").read_text()
        self.assertIn(f"\nUSER {USER}:{USER}\n", text)
        self.assertIn(f"\nARG VERSION={VERSION}\n", text)


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
