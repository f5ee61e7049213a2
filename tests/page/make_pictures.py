#!/usr/bin/env python3
"""Makes the documents' pictures, each of a real run against the mock gateway.

    make_pictures.py BIN_DIR [DIR]     DIR: docs/pictures
"""

import os
import sys
import tempfile

sys.dont_write_bytecode = True

import page_test
from chromium import Chromium

# What a README has room for.
WIDTH, HEIGHT = 1100, 900
MOST_BYTES = 200_000
# The threshold on the p99 is broken, and the measurement valid.
BROKEN = 99


def main(arguments):
    page_test.BIN_DIR = os.path.abspath(arguments[1])
    here = os.path.dirname(os.path.abspath(__file__))
    pictures = arguments[2] if len(arguments) > 2 else os.path.join(here, "..", "..", "docs", "pictures")
    os.makedirs(pictures, exist_ok=True)
    path = os.path.join(pictures, "report.png")
    with tempfile.TemporaryDirectory(prefix="wsload-pictures-") as folder, Chromium() as browser:
        # A server that stands still for 0.6 s every 12 s: what a report is for.
        run = page_test.Run(
            folder,
            "-clients=400",
            "-mps=800",
            "-duration=40s",
            "-ramp-up=5s",
            "-title=Load on the mock gateway",
            "-threshold=p(99)<200ms",
            "-threshold=success_rate>=99%",
            gateway_flags=("-stall-every=12s", "-stall-for=600ms"),
        )
        try:
            code = run.wait()
        finally:
            run.close()
        if code != BROKEN:
            print(f"the run ended with {code}, want {BROKEN}: a picture of a late generator shows nobody anything")
            return 1
        page = browser.page(width=WIDTH, height=HEIGHT)
        page.open("file://" + os.path.join(run.out, "report.html"))
        page.wait_for("document.querySelectorAll('.plot canvas').length > 0")
        page.screenshot(path, whole=False)
    size = os.path.getsize(path)
    print(f"{os.path.relpath(path)}: {size} bytes")
    return 0 if size < MOST_BYTES else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv))
