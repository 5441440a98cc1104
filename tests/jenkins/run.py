#!/usr/bin/env python3
"""Runs the pipelines of jobs/ on a real Jenkins and compares what became of them. See README.md beside this file.

Each file says in its first lines what must come of it:

    // result: SUCCESS                            the result of the run
    // builds: in_progress successful             the states of the builds that the stand-in got, in this order
    // deployments: in_progress failed            the same for deployments; deployments-unordered: in any order
    // issues: ABC-1 ABC-2                        the issues of the last of them
    // log: some words                            a part of the console log; may be repeated
    // runs: 2                                    so many runs, one after the other; result and log are those of the last one
    // kill-at: some words                        the first run is killed hard once these words are in its log
    // gate: awaiting allowed                     what the stand-in says of the gate, one word a question
    // restart-at: some words                     Jenkins is restarted once these words are in the log
"""
import argparse
import base64
import http.cookiejar
import json
import os
import pathlib
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from xml.sax.saxutils import escape

JOBS = pathlib.Path(__file__).parent / "jobs"
FOLDER = "jira-send-tests"
# The same pipelines with the library of a folder, which Jenkins does not trust.
UNTRUSTED = "jira-send-tests-untrusted"
LIBRARY = "jira-send-of-the-folder"
PATIENCE = 300

FOLDER_XML = "<com.cloudbees.hudson.plugins.folder.Folder>{}</com.cloudbees.hudson.plugins.folder.Folder>"
LIBRARY_XML = """<properties><org.jenkinsci.plugins.workflow.libs.FolderLibraries><libraries>
<org.jenkinsci.plugins.workflow.libs.LibraryConfiguration><name>{name}</name><defaultVersion>{version}</defaultVersion>
<retriever class="org.jenkinsci.plugins.workflow.libs.SCMSourceRetriever"><scm class="jenkins.plugins.git.GitSCMSource">
<remote>{remote}</remote><traits><jenkins.plugins.git.traits.BranchDiscoveryTrait/></traits></scm></retriever>
</org.jenkinsci.plugins.workflow.libs.LibraryConfiguration>
</libraries></org.jenkinsci.plugins.workflow.libs.FolderLibraries></properties>"""
JOB_XML = """<flow-definition><definition class="org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition">
<script>{script}</script><sandbox>true</sandbox></definition></flow-definition>"""


class Jenkins:
    """Jenkins' remote API, as far as it is needed."""

    def __init__(self, url, user, token):
        self.url = url.rstrip("/")
        self.headers = {}
        if user:
            pair = base64.b64encode(f"{user}:{token}".encode()).decode()
            self.headers["Authorization"] = f"Basic {pair}"
        # A crumb belongs to a session.
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies)
        self.crumb = {}

    def ask(self, path, body=None, headers=None):
        request = urllib.request.Request(self.url + path, data=body, headers={**self.headers, **self.crumb, **(headers or {})})
        with self.opener.open(request, timeout=30) as answer:
            return answer.read().decode("utf-8", "replace"), answer.headers

    def json(self, path):
        return json.loads(self.ask(path)[0])

    def log_in(self):
        try:
            crumb = self.json("/crumbIssuer/api/json")
            self.crumb = {crumb["crumbRequestField"]: crumb["crumb"]}
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise

    def create(self, name, xml, folder=None):
        """Makes a job or folder, in place of one of the same name."""
        parent = f"/job/{folder}" if folder else ""
        try:
            self.ask(f"{parent}/job/{name}/doDelete", b"")
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise
        path = f"{parent}/createItem?name={urllib.parse.quote(name)}"
        self.ask(path, xml.encode(), {"Content-Type": "application/xml; charset=utf-8"})

    def start(self, folder, name):
        self.ask(f"/job/{folder}/job/{name}/build", b"")

    def build(self, folder, name, number):
        """The state of a run, or nothing while it is not there."""
        try:
            return self.json(f"/job/{folder}/job/{name}/{number}/api/json?tree=building,result")
        except (urllib.error.URLError, ConnectionError, TimeoutError, ValueError):
            return None

    def kill(self, folder, name, number):
        """What nothing of the pipeline sees any more."""
        self.ask(f"/job/{folder}/job/{name}/{number}/kill", b"")

    def log(self, folder, name, number):
        try:
            return self.ask(f"/job/{folder}/job/{name}/{number}/consoleText")[0]
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return ""

    def restart(self):
        try:
            self.ask("/restart", b"")
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            # It may hang up before it answers.
            pass
        time.sleep(10)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                self.json("/api/json?tree=mode")
                self.log_in()
                return
            except (urllib.error.URLError, ConnectionError, TimeoutError, ValueError):
                time.sleep(2)
        raise SystemExit("error: Jenkins did not come back after its restart")


class StandIn:
    """What the stand-in for Jira got."""

    def __init__(self, url):
        self.url = url.rstrip("/")

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_sandbox{path}", data=data, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read()

    def prepare(self, gate):
        self.ask("DELETE", "")
        if gate:
            self.ask("POST", "/gating", {"script": gate.split()})

    def states(self, kind):
        requests = json.loads(self.ask("GET", "/requests"))
        bodies = [request.get("json") or {} for request in requests if request.get("method") == "POST"]
        return [item["state"] for body in bodies for item in body.get(kind, [])]

    def last_issues(self):
        requests = json.loads(self.ask("GET", "/requests"))
        bodies = [request.get("json") or {} for request in requests if request.get("method") == "POST"]
        items = [item for body in bodies for kind in ("builds", "deployments") for item in body.get(kind, [])]
        associations = items[-1].get("associations", []) if items else []
        return [key for some in associations if some["associationType"] == "issueIdOrKeys" for key in some["values"]]


def expectations(script):
    """The first lines of a pipeline, as a map of lists."""
    found = {}
    for line in script.splitlines():
        if not line.startswith("// "):
            break
        name, _, value = line[3:].partition(": ")
        found.setdefault(name, []).append(value.strip())
    return found


def await_end(jenkins, folder, name, number, restart_at, kill_at):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        log = jenkins.log(folder, name, number) if restart_at or kill_at else ""
        if restart_at and restart_at in log:
            restart_at = None
            jenkins.restart()
        if kill_at and kill_at in log:
            kill_at = None
            jenkins.kill(folder, name, number)
        build = jenkins.build(folder, name, number)
        if build and not build["building"] and build["result"]:
            return build["result"]
        time.sleep(1)
    return f"no result after {PATIENCE} s"


def differences(expected, result, log, stand_in):
    """What is not as it must be, in words."""
    wanted = expected["result"][0]
    if result != wanted:
        yield f"result {result} instead of {wanted}"
    for words in expected.get("log", []):
        if words not in log:
            yield f"not in the log: {words}"
    for name in ("builds", "deployments", "deployments-unordered"):
        if name not in expected:
            continue
        kind, _, unordered = name.partition("-")
        wanted, found = expected[name][0].split(), stand_in.states(kind)
        if sorted(wanted) != sorted(found) or (not unordered and wanted != found):
            yield f"{kind} {' '.join(found) or 'none'} instead of {' '.join(wanted)}"
    if "issues" in expected:
        wanted, found = expected["issues"][0].split(), stand_in.last_issues()
        if sorted(wanted) != sorted(found):
            yield f"issues {' '.join(found) or 'none'} instead of {' '.join(wanted)}"
    if "sandbox-secret" in log:
        yield "the secret is in the log"
    if "Scripts not permitted" in log:
        yield "the sandbox refused something"


def run(jenkins, stand_in, folder, file, library):
    script = file.read_text(encoding="utf-8")
    expected = expectations(script)
    name = file.name.split(".")[0]
    script = script.replace("@Library('jira-send')", f"@Library('{library}')")
    jenkins.create(name, JOB_XML.format(script=escape(script)), folder)
    stand_in.prepare(expected.get("gate", [""])[0])
    restart_at, kill_at = (expected.get(name, [None])[0] for name in ("restart-at", "kill-at"))
    for number in range(1, int(expected.get("runs", ["1"])[0]) + 1):
        jenkins.start(folder, name)
        result = await_end(jenkins, folder, name, number, restart_at, kill_at if number == 1 else None)
    log = jenkins.log(folder, name, number)
    return list(differences(expected, result, log, stand_in)), log


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url", help="address of Jenkins")
    parser.add_argument("names", nargs="*", help="run these pipelines only")
    parser.add_argument("--stand-in", default=os.environ.get("JIRA_SANDBOX_URL", "http://127.0.0.1:8089"),
                        help="address of the stand-in for Jira as this machine sees it")
    parser.add_argument("--library", default=os.environ.get("LIBRARY_URL", "file:///library"),
                        help="where Jenkins gets the library from, for the folder that does not trust it")
    parser.add_argument("--version", default=os.environ.get("LIBRARY_VERSION", "main"), help="its branch or tag")
    options = parser.parse_args()
    jenkins = Jenkins(options.url, os.environ.get("JENKINS_USER"), os.environ.get("JENKINS_TOKEN"))
    stand_in = StandIn(options.stand_in)
    files = [file for file in sorted(JOBS.glob("*.Jenkinsfile")) if not options.names or file.name.split(".")[0] in options.names]
    if not files:
        raise SystemExit(f"error: no such pipeline in {JOBS}")
    try:
        jenkins.log_in()
        jenkins.create(FOLDER, FOLDER_XML.format(""))
        library = LIBRARY_XML.format(name=LIBRARY, version=escape(options.version), remote=escape(options.library))
        jenkins.create(UNTRUSTED, FOLDER_XML.format(library))
        stand_in.prepare("")
    except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
        raise SystemExit(f"error: {error}\nhint: are {options.url} and {options.stand_in} up? Set JENKINS_USER and JENKINS_TOKEN")
    passed = failed = 0
    for folder, library in ((FOLDER, "jira-send"), (UNTRUSTED, LIBRARY)):
        for file in files:
            wrong, log = run(jenkins, stand_in, folder, file, library)
            name = f"{folder}/{file.name.split('.')[0]}"
            if wrong:
                failed += 1
                print(f"FAILED {name}: {'; '.join(wrong)}")
                print("".join(f"    {line}\n" for line in log.splitlines()[-30:]), end="", flush=True)
            else:
                passed += 1
                print(f"passed {name}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
