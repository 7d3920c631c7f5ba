"""A real Chromium without a window, by WebDriver."""

import json
import subprocess
import time
import urllib.error
import urllib.request

from servers import free_port, wait_for

FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PAINTED = "return performance.getEntriesByName('first-contentful-paint').map(it => it.startTime)"


class Browser:
    def __enter__(self):
        port = free_port()
        self.driver = subprocess.Popen(
            ["chromedriver", f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for(f"http://127.0.0.1:{port}/status", self.driver)
        self.session = f"http://127.0.0.1:{port}/session"
        wanted = {"alwaysMatch": {"goog:chromeOptions": {"args": FLAGS}}}
        try:
            self.session += "/" + self.ask("", {"capabilities": wanted})["sessionId"]
        except urllib.error.URLError:
            self.driver.terminate()
            raise
        return self

    def __exit__(self, *_):
        try:
            urllib.request.urlopen(
                urllib.request.Request(self.session, method="DELETE"), timeout=30
            ).close()
        finally:
            self.driver.terminate()
            self.driver.wait(30)

    def ask(self, what, body):
        request = urllib.request.Request(
            self.session + what, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def first_paint_ms(self, url):
        """From the start of the navigation to the first text or picture, with nothing in the cache."""
        self.ask("/goog/cdp/execute", {"cmd": "Network.clearBrowserCache", "params": {}})
        self.ask("/url", {"url": url})
        deadline = time.monotonic() + 10
        while not (found := self.ask("/execute/sync", {"script": PAINTED, "args": []})):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{url} was not painted")
            time.sleep(0.01)
        return found[0]
