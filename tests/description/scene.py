"""What the calls of the check happen upon: a sandbox of its own, borrowers, journeys in every state."""

import json
import ssl
import subprocess
import threading
import urllib.error
import urllib.parse
import urllib.request
import uuid

API_KEY = "sk_test_description"
BASE = "/api/v1/headless"
PROFILE = {
    "profile": {"contactNumber": "9876543210", "pan": "ABCDE1234F", "dob": "1990-01-31"},
    "workProfile": {"employmentType": "salaried", "income": "50000"},
}
READY_SECONDS = 20


def start_sandbox(program, environment):
    """The running program and what it printed when it was ready."""
    process = subprocess.Popen(
        [program, "--port", "0", "--admin-port", "0"],
        env={**environment, "CREDIT_SANDBOX_API_KEYS": API_KEY},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    killer = threading.Timer(READY_SECONDS, process.kill)
    killer.start()
    line = process.stdout.readline()
    killer.cancel()
    if not line:
        process.kill()
        raise RuntimeError("the sandbox did not become ready")
    return process, json.loads(line)


class Scene:
    """Calls to a sandbox beside those that are checked. Not for several threads at once."""

    def __init__(self, url, admin_url, ca_file):
        self.url = url
        self.admin_url = admin_url
        self.context = ssl.create_default_context(cafile=ca_file)
        self.token = self.new_session("DESCRIPTION")["sessionToken"]
        self.usual = self.journey("KYC_PENDING")

    def _send(self, method, url, token, body):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(url, data=data, method=method)
        request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
            request.add_header("Idempotency-Key", str(uuid.uuid4()))
        context = self.context if url.startswith("https") else None
        try:
            with urllib.request.urlopen(request, timeout=20, context=context) as reply:
                return json.load(reply)
        except urllib.error.HTTPError as problem:
            raise RuntimeError(f"{method} {url.split('/')[-1]}: {problem.read().decode()}") from None

    def call(self, method, path, body=None, token=None):
        return self._send(method, self.url + BASE + path, token or self.token, body)["data"]

    def address(self):
        """A one-time address of the hosted page for a borrower nobody knows yet: its token, and its scope as exchanged."""
        minted = self._send("POST", self.url + "/api/lab/sessions", API_KEY,
                            {"borrowerProviderID": f"PAGE-{uuid.uuid4()}", **PROFILE})
        address = urllib.parse.urlsplit(minted["embedURL"])
        query = urllib.parse.parse_qs(address.query)
        return {
            "bootstrapToken": address.fragment,
            "tenantID": query["tenant_id"][0],
            "applicationID": query["application_id"][0],
            "borrowerProviderID": query["borrower_provider_id"][0],
            "journeyType": query["journey_type"][0],
        }

    def page(self, status=None):
        """What an opened page has, its journey in this state."""
        opened = self._send("POST", self.url + "/api/lab/exchange", None, self.address())
        if status:
            self.admin("/journeys/advance", {"journeyID": opened["journey"]["journeyID"], "to": status})
            opened["journey"] = self._send("GET", self.url + "/api/lab/journey", opened["accessToken"], None)
        return opened

    def admin(self, path, body):
        return self._send("POST", self.admin_url + path, None, body)

    def new_session(self, borrower):
        return self.call("POST", "/sessions", {"borrowerExternalID": borrower}, API_KEY)

    def journey(self, status):
        """The ids of a fresh journey in this state, and of an offer of it, if it has any by then."""
        journey = self.call("POST", "/journeys", {"type": "PERSONAL_LOAN"})["journeyID"]
        self.call("PUT", f"/journeys/{journey}/profile", PROFILE)
        self.admin("/journeys/advance", {"journeyID": journey, "to": status})
        offers = self.call("GET", f"/journeys/{journey}/offers")["items"]
        return {"journeyID": journey, "offerID": offers[0]["offerID"] if offers else str(uuid.uuid4())}
