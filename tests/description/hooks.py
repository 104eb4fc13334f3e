"""Hooks of schemathesis: real credentials, ids of journeys that are there, and a list of what was seen."""

import json
import os
import re
import sys
import uuid

import schemathesis

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from scene import API_KEY, Scene  # noqa: E402

READY = json.loads(os.environ["CREDIT_DESCRIPTION_READY"])
SEEN = os.environ["CREDIT_DESCRIPTION_SEEN"]
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
KEY = re.compile(r"[!-~]{1,255}")

# Calls that move a journey on need one that stands right before.
BEFORE = {
    "changeProfile": "PROFILE_REQUIRED",
    "submitProfile": "PROFILE_REQUIRED",
    "proceedWithOffer": "OFFERS_AVAILABLE",
    "rejectOffer": "OFFERS_AVAILABLE",
    "submitBankMandate": "BANK_MANDATE_PENDING",
}

# The same for the hosted page, whose journey is that of its token.
PAGE_BEFORE = {
    "choosePageOffer": "OFFERS_AVAILABLE",
    "showPageLender": "KYC_PENDING",
    "confirmPageMandate": "BANK_MANDATE_PENDING",
}

scene = Scene(READY["url"], READY["admin_url"], READY["ca_file"])


def operation_id(case):
    return case.operation.definition.raw.get("operationId", "")


def is_negative(case):
    return case.meta is not None and case.meta.generation.mode.is_negative


@schemathesis.auth(refresh_interval=None)
class Credentials:
    """The token each kind of call takes; a refresh spends its own."""

    def get(self, case, _context):
        security = case.operation.definition.raw.get("security", [{"sessionToken": []}])
        if not security:
            return None
        if "apiKey" in security[0]:
            return API_KEY
        if "refreshToken" in security[0]:
            return scene.new_session("REFRESH")["refreshToken"]
        if "pageToken" in security[0]:
            return self.page(case)["accessToken"]
        return scene.token

    @staticmethod
    def page(case):
        """A page of its own for every call, which may end it."""
        opened = scene.page(PAGE_BEFORE.get(operation_id(case)))
        offers = opened["journey"]["offers"]
        if offers and isinstance(case.body, dict) and not is_negative(case):
            case.body["offerID"] = offers[0]["offerID"]
        return opened

    def set(self, case, data, _context):
        if data:
            case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_call(_context, case, _kwargs):
    """A made-up id is as good as any to be refused; to be answered it has to be a real one."""
    parameters = case.path_parameters or {}
    wanted = [name for name in ("journeyID", "offerID") if UUID.fullmatch(str(parameters.get(name, "")))]
    if wanted:
        status = BEFORE.get(operation_id(case))
        ids = scene.journey(status) if status and not is_negative(case) else scene.usual
        for name in wanted:
            parameters[name] = ids[name]
    if operation_id(case) == "subscribeWebhooks" and isinstance(case.body, dict) and not is_negative(case):
        # Nobody listens there: journeys that change meanwhile shall not go out into the world.
        case.body["url"] = "https://127.0.0.1:9/webhooks"
    if isinstance(case.body, dict) and not is_negative(case):
        # Tokens in a body are good once.
        if operation_id(case) == "openPage":
            case.body.update(scene.address())
        if operation_id(case) == "refreshPage":
            case.body["refreshToken"] = scene.page()["refreshToken"]
    for name, real in (("tenantID", READY["tenant_id"]), ("applicationID", READY["application_id"])):
        if UUID.fullmatch(str(parameters.get(name, ""))):
            parameters[name] = real
    if KEY.fullmatch(str((case.headers or {}).get("Idempotency-Key", ""))):
        # The same key for another call is another test, in tests/e2e.
        case.headers["Idempotency-Key"] = str(uuid.uuid4())


@schemathesis.hook
def after_call(_context, case, response):
    with open(SEEN, "a", encoding="utf-8") as seen:
        seen.write(f"{operation_id(case)} {response.status_code}\n")
