"""The vendor's own Python client against `covertrail sandbox policy`.

Usage: official_client.py SANDBOX_ADDRESS (such as http://127.0.0.1:4010); the key comes in POLICY_KEY.
Prints a line for each resource that works, and ends with an error at the first thing that does not.
"""

import base64
import hashlib
import hmac
import http.server
import json
import os
import queue
import sys
import threading
import time
import urllib.request

import requests
import ten99policy
from ten99policy import error

ADDRESS = sys.argv[1].rstrip("/")
DAY = 24 * 60 * 60
NOW = int(time.time())
NUMBERS = iter(range(1, 1000))


def main():
    ten99policy.api_base = ADDRESS
    ten99policy.api_key = os.environ["POLICY_KEY"]
    ten99policy.environment = "sandbox"
    ten99policy.log = None
    for check in (
        contractors,
        entities,
        job_categories,
        jobs,
        quotes,
        sessions,
        policies,
        assignments,
        invoices,
        certificates,
        webhooks,
        events,
        idempotency,
        keys,
    ):
        print(f"{check.__name__:<15} {check()}", flush=True)


# --- what the checks have in common ---


def same(what, got, expected):
    if got != expected:
        raise AssertionError(f"{what}: {got!r} is not {expected!r}")


def refused(exception, status, act, *names, **fields):
    """The client maps the refusal to exactly this class; what it says comes back."""
    try:
        act(*names, **fields)
    except error.Ten99PolicyError as problem:
        same("the class of the error", type(problem), exception)
        same("its status", problem.http_status, status)
        if not problem.json_body["error_code"] or not problem.json_body["message"]:
            raise AssertionError(f"a refusal without words: {problem.json_body}")
        return problem.json_body["message"]
    raise AssertionError(f"{exception.__name__} was not raised")


def whole_life(resource, fields, change, prefix, deletable=True):
    """Create, retrieve, modify by both ways, list, and delete by both ways."""
    made = resource.create(**fields)
    if not made.id.startswith(prefix):
        raise AssertionError(f"{made.id} does not begin with {prefix}")
    same("the status of a creation", made.last_response.code, 201)
    found = resource.retrieve(made.id)
    same("what is retrieved", dict(found), dict(made))
    name, value = change
    changed = resource.modify(made.id, **{name: value})
    same("what is modified", changed[name], value)
    kept = {field: changed[field] for field in fields if field != name}
    same("what is not", kept, {field: made[field] for field in kept})
    same("the id after a change", (changed.id, changed.created), (made.id, made.created))
    same("the newest of the list", resource.list(limit=1)[0].id, made.id)
    found = resource.retrieve(made.id)
    found[name] = made[name]
    found.save()
    same("what is saved", resource.retrieve(made.id)[name], made[name])
    refused(error.ResourceNotFoundError, 404, resource.retrieve, prefix + "none")
    refused(error.ResourceNotFoundError, 404, resource.modify, prefix + "none", **{name: value})
    if deletable:
        gone = resource.delete(made.id)
        same("what is deleted", (gone.id, gone.object, gone.deleted), (made.id, made.object, True))
        if gone.deleted_at < NOW:
            raise AssertionError(f"deleted at {gone.deleted_at}")
        refused(error.ResourceNotFoundError, 404, resource.retrieve, made.id)
        again = resource.retrieve(resource.create(**fields).id)
        same("what is deleted by itself", again.delete().deleted, True)
    return made


def pages(resource, make):
    """Three more, from the newest to the oldest a page at a time, and back."""
    made = [make().id for _ in range(3)][::-1]
    same("the first page", ids(resource.list(limit=2)), made[:2])
    same("the next page", ids(resource.list(limit=1, starting_after=made[1])), made[2:])
    same("the page before", ids(resource.list(limit=1, ending_before=made[2])), made[1:2])
    for limit in (0, 101):
        message = refused(error.InvalidInputError, 400, resource.list, limit=limit)
        same("the wrong field", list(message), ["limit"])


def ids(listed):
    return [one.id for one in listed]


def order(path, **body):
    """What an underwriter or a contractor would do, by the sandbox's own control."""
    request = urllib.request.Request(f"{ADDRESS}/sandbox{path}", json.dumps(body).encode(), method="POST")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def person():
    return {
        "first_name": "Alex",
        "last_name": "Nguyen",
        "email": f"alex{next(NUMBERS)}@example.com",
        "phone": "415-111-1111",
        "address": {"country": "USA", "line1": "2211 Mission St", "locality": "San Francisco", "region": "CA"},
    }


def contractor():
    return ten99policy.Contractors.create(**person())


def work(**others):
    return {
        "name": "Low Voltage Cabling",
        "description": "Install Cat6 and test drops at client site",
        "entity": "en_abc123",
        "category_code": "jc_MTqpkbkp6G",
        "wage": 32500,
        "wage_type": "flatfee",
        "years_experience": 20,
        "address": {"country": "USA", "region": "CA"},
        **others,
    }


def job(**others):
    return ten99policy.Jobs.create(**work(**others))


def cover(contractor, job, **others):
    return {
        "contractor": contractor,
        "job": job,
        "coverage_type": ["general", "workers-comp"],
        "effective_date": NOW + DAY,
        "end_date": NOW + 10 * DAY,
        **others,
    }


def insured():
    """A contractor with a policy, and the job and the quote that it came of."""
    whose, what = contractor().id, job().id
    quote = ten99policy.Quotes.create(**cover(whose, what))
    session = ten99policy.InsuranceApplicationSessions.create(quote=quote.id)
    open_page = urllib.request.Request(f"{session.url}/complete", b"", method="POST")
    urllib.request.urlopen(open_page).close()
    return whose, what, quote.id


# --- the resources ---


def contractors():
    resource = ten99policy.Contractors
    made = whole_life(resource, person(), ("phone", "415-222-2222"), "cn_")
    same("the guide's form beside", made.contact.email, made.email)
    fields = person()
    resource.create(**fields)
    refused(error.DuplicateEmailError, 400, resource.create, **{**person(), "email": fields["email"].upper()})
    same("found by email", [one.email for one in resource.list(email=fields["email"])], [fields["email"]])
    message = refused(error.InvalidInputError, 400, resource.create, first_name="Alex", email="nobody")
    same("every wrong field", sorted(message), ["email", "last_name"])
    blocked = contractor().id
    order("/contractors/behaviour", contractor=blocked, blocked=True)
    refused(error.ContractorBlockedForWritesError, 403, resource.modify, blocked, phone="1")
    pages(resource, contractor)
    return "create, retrieve, modify, save, list by page and email, delete; duplicate_email, blocked"


def entities():
    fields = {
        "name": "Brooklyn Bowl",
        "coverage_limit": {"aggregate_limit": 200000000, "occurrence_limit": 100000000},
        "address": {"country": "USA", "region": "TN"},
        "required_coverage": ["general", "workers-comp"],
    }
    whole_life(ten99policy.Entities, fields, ("name", "Brooklyn Bowl Nashville"), "en_")
    pages(ten99policy.Entities, lambda: ten99policy.Entities.create(**fields))
    return "create, retrieve, modify, save, list by page, delete"


def job_categories():
    codes = [category.category_code for category in ten99policy.JobCategories.list()]
    same("the categories", "jc_MTqpkbkp6G" in codes, True)
    same("one of them", ten99policy.JobCategories.retrieve("jc_MTqpkbkp6G").category_code, "jc_MTqpkbkp6G")
    return "list, retrieve"


def jobs():
    resource = ten99policy.Jobs
    made = whole_life(resource, work(), ("wage", 40000), "jb_")
    same("the guide's form beside", made.region, "CA")
    refused(error.InvalidEntityIdError, 400, resource.create, **work(entity="en_none"))
    refused(error.InvalidJobCategoryCodeError, 400, resource.create, **work(category_code="jc_none"))
    message = refused(error.InvalidInputError, 400, resource.create, **work(wage=99, wage_type="daily"))
    same("every wrong field", sorted(message), ["wage", "wage_type"])
    client = ten99policy.Entities.create(name="Acme").id
    same("a client made just now", job(entity=client).entity, client)
    pages(resource, job)
    return "create, retrieve, modify, save, list by page, delete; invalid_entity_id, invalid_job_category_code"


def quotes():
    resource = ten99policy.Quotes
    whose, what = contractor().id, job().id
    made = whole_life(resource, cover(whose, what), ("end_date", NOW + 5 * DAY), "qt_", deletable=False)
    same("the rates", (made.net_rate, made.gl_net_rate, made.wc_net_rate), (325, 85, 240))
    same("whether it is eligible", made.eligible, True)
    usual = resource.create(contractor=whose, job=what, coverage_type=["general"])
    same("the usual term", usual.end_date - usual.effective_date, 30 * DAY)
    past = cover(whose, what, effective_date=NOW - DAY)
    refused(error.EffectiveDateInvalidError, 400, resource.create, **past)
    long = cover(whose, what, end_date=NOW + 400 * DAY)
    refused(error.EndDateInvalidError, 400, resource.create, **long)
    refused(error.InvalidContractorIdError, 400, resource.create, **cover("cn_none", what))
    refused(error.InvalidJobIdError, 400, resource.create, **cover(whose, "jb_none"))
    for state in ("ND", "OH", "WA", "WY"):
        there = job(address={"region": state}).id
        refused(error.InvalidInputError, 400, resource.create, **cover(whose, there))
        resource.create(**cover(whose, there, coverage_type=["general"]))
    refused(error.CantUpdateCreateNewQuoteError, 400, resource.modify, made.id, job=job().id)
    refused(error.Ten99PolicyError, 405, resource._static_request, "delete", f"/api/v1/quotes/{made.id}")
    pages(resource, lambda: resource.create(**cover(whose, what)))
    return "create, retrieve, modify, save, list by page; dates, state funds, cant_update_create_new_quote"


def sessions():
    resource = ten99policy.InsuranceApplicationSessions
    quote = ten99policy.Quotes.create(**cover(contractor().id, job().id)).id
    fields = {"quote": quote, "success_url": "https://example.com/yes", "cancel_url": "https://example.com/no"}
    change = ("success_url", "https://example.com/thanks")
    made = whole_life(resource, fields, change, "ias_", deletable=False)
    same("where it begins", (made.step, made.expired), ("verify_info", False))
    refused(error.InvalidQuoteIdError, 400, resource.create, quote="qt_none")
    expire = f"/api/v1/apply/sessions/{made.id}/expire"
    same("expired by order", resource._static_request("post", expire).expired, True)
    refused(error.SessionExpiredError, 400, resource.modify, made.id, cancel_url="https://example.com/never")
    _, _, quote = insured()
    complete = resource.list(limit=1)[0]
    same("the last step", (complete.quote, complete.step), (quote, "application_complete"))
    refused(
        error.ApplicationAlreadyCompleteError, 400, resource.modify, complete.id, cancel_url="https://example.com"
    )
    pages(resource, lambda: resource.create(**{**fields, "quote": open_quote()}))
    return "create, retrieve, modify, save, list by page, expire; session_expired, application_already_complete"


def open_quote():
    return ten99policy.Quotes.create(**cover(contractor().id, job().id)).id


def policies():
    resource = ten99policy.Policies
    whose, what, quote = insured()
    listed = resource.list(quote=quote)
    same("those of a quote", [(one.status, one.contractor) for one in listed], [("active", whose)])
    found = resource.retrieve(listed[0].id)
    same("one of them", (found.id[:3], found.expiration_date), ("pl_", NOW + 10 * DAY))
    for link in (found.pdf_url, found.certificates.gl_coi_pdf_url, found.certificates.wc_coi_pdf_url):
        with urllib.request.urlopen(link) as document:
            same("a document", document.read(5), b"%PDF-")
    same("those of a contractor", ids(resource.list(contractor=whose)), [found.id])
    same("by the contractor's path", ids(ten99policy.ContractorPolicies.list(whose)), [found.id])
    refused(error.ContractorHasMatchingPolicyError, 400, ten99policy.Quotes.create, **cover(whose, what))
    refused(error.CantUpdateCreateNewQuoteError, 400, ten99policy.Quotes.modify, quote, end_date=NOW + 9 * DAY)
    for write in (lambda: resource.create(quote=quote), lambda: resource.delete(found.id)):
        refused(error.Ten99PolicyError, 405, write)
    order(f"/policies/{found.id}/cancel")
    same("a cancelled one", resource.retrieve(found.id).status, "cancelled")
    return "retrieve, list by quote and contractor, documents; contractor_has_matching_policy"


def assignments():
    resource = ten99policy.Assignments
    whose, what, _ = insured()
    fields = cover(whose, what, coverage_type=["general"])
    made = whole_life(resource, fields, ("end_date", NOW + 8 * DAY), "an_")
    same("whether it is eligible", (made.eligible.result, made.bind), (True, True))
    same("the certificate of its line", made.certificates.gl_coi_pdf_url.endswith("/gl_coi.pdf"), True)
    plain = resource.create(contractor=whose, job=what)
    same("by its policy", (plain.coverage_type, plain.end_date), (["general", "workers-comp"], NOW + 10 * DAY))
    loose = resource.create(**fields, bind=False)
    same("not bound", (loose.policy, loose.status, loose.eligible.result), (None, "pending", True))
    same("bound later", resource.modify(loose.id, bind=True).policy, made.policy)
    alone = resource.create(**cover(contractor().id, what))
    same("without a policy", (alone.policy, alone.eligible.result), (None, False))
    same("what is said", alone.eligible.message, "No matching policy found for assignment.")
    refused(error.InvalidPolicyIdError, 400, resource.create, **fields, policy="pl_none")
    pages(resource, lambda: resource.create(**fields))
    cancelled = resource._static_request("post", "/api/v1/assignments/cancel", job_id=what, reason="called off")
    same("cancelled by job", (cancelled.status, cancelled.reason), ("cancelled", "called off"))
    refused(error.BadRequestError, 400, resource.modify, cancelled.id, end_date=NOW + 7 * DAY)
    return "create, retrieve, modify, save, list by page, delete, bind, cancel"


def invoices():
    resource = ten99policy.Invoices
    whose, what, _ = insured()
    fields = {
        "contractor": whose,
        "job": what,
        "gross_pay": 120000,
        "paycycle_startdate": NOW - 2 * DAY,
        "paycycle_enddate": NOW,
    }
    made = whole_life(resource, fields, ("gross_pay", 100000), "in_")
    same("the premium", made.premium_due, 120000 * 325 // 10000)
    ten99policy.Jobs.modify(what, name="unlocked, for its invoices are deleted")
    kept = resource.create(**fields)
    refused(error.InvoiceExistsError, 400, ten99policy.Jobs.modify, what, name="locked")
    refused(error.InvoiceExistsError, 400, ten99policy.Jobs.delete, what)
    refused(error.InvalidInputError, 400, resource.create, **{**fields, "gross_pay": 99})
    late = {**fields, "paycycle_enddate": NOW - 3 * DAY}
    refused(error.InvalidPaycycleEnddateError, 400, resource.create, **late)
    refused(error.NoActivePolicyError, 400, resource.create, **{**fields, "contractor": contractor().id})
    order(f"/invoices/{kept.id}/charge", result="succeeded")
    refused(error.InvoiceAlreadyPaidError, 400, resource.modify, kept.id, gross_pay=1000)
    pages(resource, lambda: resource.create(**fields))
    return "create, retrieve, modify, save, list by page, delete; invoice_exists, no_active_policy"


def certificates():
    """By plain HTTP, for the client has no class for them and its multipart bodies cannot be read."""
    url = f"{ADDRESS}/api/v1/files/certificates"
    headers = {"Authorization": f"Bearer {ten99policy.api_key}"}
    fields = {"contractor": contractor().id, "custom_metadata[work_order_id]": "12345"}

    def upload(name, kind, content):
        file = {"certificate": (name, content, kind)}
        answer = requests.post(url, headers=headers, data=fields, files=file, timeout=60)
        return answer.status_code, answer.json()

    status, made = upload("coi.pdf", "application/pdf", b"%PDF-1.7")
    same("an upload", (status, made["status"], made["id"][:3]), (201, "pending", "ci_"))
    same("its metadata", made["custom_metadata"], {"work_order_id": "12345"})
    for name, kind, content, code in (
        ("coi.txt", "application/pdf", b"%PDF-1.7", "invalid_file_type"),
        ("coi.pdf", "text/plain", b"%PDF-1.7", "invalid_mime_type"),
        ("coi.pdf", "application/pdf", b"PK", "invalid_file_type"),
        ("coi.pdf", "application/pdf", b"%PDF" + bytes(15 * 1024 * 1024), "invalid_file_size"),
    ):
        status, problem = upload(name, kind, content)
        same("a refused upload", (status, problem["error_code"]), (400, code))
    order(f"/certificates/{made['id']}/process")
    same("under review", requests.get(f"{url}/{made['id']}", headers=headers, timeout=60).json()["status"], "processing")
    order(f"/certificates/{made['id']}/verdict", verdict="validated")
    listed = requests.get(url, headers=headers, params={"contractor": fields["contractor"]}, timeout=60).json()
    same("reviewed", [(one["id"], one["status"]) for one in listed], [(made["id"], "validated")])
    return "upload, retrieve, list, review; invalid_file_type, invalid_mime_type, invalid_file_size"


def webhooks():
    resource = ten99policy.Webhooks
    fields = {"url": "http://127.0.0.1:9/hooks", "events": ["policy.active"]}
    made = whole_life(resource, fields, ("events", ["policy.active", "policy.canceled"]), "whe_")
    same("its own secret", made.secret.startswith("whsec_"), True)
    other = resource.create(url="http://127.0.0.1:9/all")
    same("another has another", other.secret == made.secret, False)
    same("all events", other.events, None)
    refused(error.InvalidInputError, 400, resource.create, url="ftp://example.com")
    resource.delete(other.id)
    pages(resource, lambda: resource.create(**fields))
    for one in resource.list(limit=100):
        resource.delete(one.id)
    heard()
    return "create, retrieve, modify, save, list by page, delete; told, and signed with the endpoint's secret"


def heard():
    """What a registered endpoint asked for arrives there, and proves where it comes from."""
    letters = queue.Queue()

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            letters.put((self.headers, self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/hooks"
        endpoint = ten99policy.Webhooks.create(url=url, events=["policy.active"])
        whose, _, _ = insured()
        headers, body = letters.get(timeout=60)
        ten99policy.Webhooks.delete(endpoint.id)
        server.shutdown()
    event = json.loads(body)
    same("the event", (event["type"], event["data"]["contractor"]), ("policy.active", whose))
    same("the record of it", ten99policy.Events.retrieve(event["id"]).type, "policy.active")
    signed = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    key = base64.b64decode(endpoint.secret.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    same("the signature", headers["webhook-signature"] == f"v1,{signature}", True)


def events():
    resource = ten99policy.Events
    for _ in range(11):
        insured()
    newest = resource.list()
    same("a page", len(newest), 20)
    same("the newest", newest[0].type, "policy.active")
    older = resource.list(starting_after=newest[-1].id)
    same("no event twice", set(ids(newest)) & set(ids(older)), set())
    same("one of them", resource.retrieve(newest[0].id).data.id, newest[0].data.id)
    refused(error.ResourceNotFoundError, 404, resource.retrieve, "ev_none")
    return "retrieve, list by page"


def idempotency():
    resource = ten99policy.Jobs
    first = resource.create(idempotency_key="one-job", **work())
    again = resource.create(idempotency_key="one-job", **work(wage=99900))
    same("the first answer again", (dict(again), again.last_response.code), (dict(first), 201))
    same("the key of the answer", again.last_response.idempotency_key, "one-job")
    other = resource.create(**work()).id
    same("the client's own random keys", other == resource.create(**work()).id, False)
    refused(error.InvalidInputError, 400, resource.create, idempotency_key="corrected", **work(wage=1))
    resource.create(idempotency_key="corrected", **work())
    order("/faults", server_error=1.0, sticky_500=True)
    refused(error.Ten99PolicyError, 500, resource.create, idempotency_key="failed", **work())
    order("/faults")
    refused(error.Ten99PolicyError, 500, resource.create, idempotency_key="failed", **work())
    order("/faults", too_many_requests=1.0)
    refused(error.Ten99PolicyError, 429, resource.list)
    order("/faults")
    return "first answer again, also a 500; not a validation failure; the vendor's header wins"


def keys():
    with urllib.request.urlopen(f"{ADDRESS}/sandbox/requests") as answer:
        same("the environment", {call["environment"] for call in json.load(answer)["requests"]} >= {"sandbox"}, True)
    refused(error.InvalidApiKeyError, 401, ten99policy.Jobs.list, api_key="t9k_test_unknown")
    reader = os.environ["POLICY_READ_ONLY_KEY"]
    same("a reader reads", len(ten99policy.Jobs.list(api_key=reader, limit=1)), 1)
    refused(error.InsufficientPermissionsError, 403, ten99policy.Jobs.create, api_key=reader, **work())
    return "invalid_api_key, insufficient_permissions"


if __name__ == "__main__":
    main()
