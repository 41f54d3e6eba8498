#!/usr/bin/env python3
"""EventStoreDB's own Python client (kurrentdbclient) against `covertrail serve`: append, read, follow, share.

    python -m venv venv && venv/bin/pip install kurrentdbclient
    venv/bin/python tests/python/eventstore_client.py target/debug/covertrail
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from uuid import uuid4

from kurrentdbclient import KurrentDBClient, NewEvent, StreamState
from kurrentdbclient.exceptions import AccessDeniedError, KurrentDBClientError, NotFoundError, WrongCurrentVersionError

CONFIGURATION = """
[store]
path = "log.sqlite"
[gateway]
listen = "127.0.0.1:0"
certificate = "{tls}/node.pem"
key = "{tls}/node.key"
append = ["thing"]
{users}
[policy]
base_url = "http://127.0.0.1:9"
[workmarket]
base_url = "http://127.0.0.1:9"
"""

SECRETS = {
    "COVERTRAIL_POLICY_API_KEY": "t9k_test_0123456789abcdef",
    "COVERTRAIL_POLICY_WEBHOOK_SECRETS": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "COVERTRAIL_WORKMARKET_TOKEN": "wm_live_0123456789abcdef",
    "COVERTRAIL_WORKMARKET_WEBHOOK_SECRETS": "hook_0123456789abcdef",
}

# Certificates for tests alone.
TLS = Path(__file__).resolve().parents[2] / "adapters/src/store/eventstoredb/tests/tls"

# Each role has a user of its name.
ROLES = ("reader", "auditor", "writer", "admin")


def password(role):
    return f"{role}_token_0123456789"


def users():
    def user(role):
        digest = hashlib.sha256(password(role).encode()).hexdigest()
        return f'[[gateway.users]]\nname = "{role}"\nrole = "{role}"\nsha256 = "{digest}"\n'

    return "".join(map(user, ROLES))


# gRPC would ask a proxy for this machine, too
os.environ["no_proxy"] = "127.0.0.1,localhost"

# Longer than any machine takes.
PATIENCE = 120


class Program:
    """`covertrail serve` in a folder, and a client of its gateway."""

    def __init__(self, binary, folder):
        configuration = Path(folder, "covertrail.toml")
        text = CONFIGURATION.format(tls=TLS, users=users())
        configuration.write_text(text + '[server]\nlisten = "127.0.0.1:0"\n')
        self.process = subprocess.Popen(
            [binary, "serve", "--config", configuration],
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **SECRETS},
        )
        address = None
        for line in self.process.stderr:
            said = json.loads(line)
            if said.get("message") == "serving EventStoreDB's protocol":
                address = said["address"]
            if said.get("message") == "serving":
                break
        assert address, "the program ended without serving"
        # nobody reads on: it must not wait for us
        threading.Thread(target=self.process.stderr.read, daemon=True).start()
        self.port = address.rsplit(":", 1)[1]
        self.clients = []

    def signed_in(self, login):
        """A client over TLS with that name:password."""
        authority = (TLS / "ca.pem").read_text()
        client = KurrentDBClient(uri=f"esdb://{login}@localhost:{self.port}", root_certificates=authority)
        self.clients.append(client)
        return client

    def of(self, role):
        return self.signed_in(f"{role}:{password(role)}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for client in self.clients:
            client.close()
        self.process.terminate()
        self.process.wait(PATIENCE)


def event(kind="ThingHappened", **data):
    return NewEvent(type=kind, data=json.dumps(data).encode(), metadata=b'{"by":"python"}', id=uuid4())


def ids(events):
    return [found.id for found in events]


def refused(error, call):
    try:
        call()
    except error as refusal:
        return refusal
    raise AssertionError(f"{error.__name__} was expected")


def in_time(subscription, count):
    """The next so many events; the subscription is stopped if they do not come."""
    watchdog = threading.Timer(PATIENCE, subscription.stop)
    watchdog.start()
    found = []
    for received in subscription:
        found.append(received)
        if len(found) == count:
            break
    watchdog.cancel()
    assert len(found) == count, f"{len(found)} of {count} events came"
    return found


def appends_and_reads(client):
    one, several = event(n=0), [event(n=1), event("OtherThing", n=2)]
    client.append_to_stream("thing-1", current_version=StreamState.NO_STREAM, events=one)
    client.append_to_stream("thing-1", current_version=0, events=several)
    again = client.append_to_stream("thing-1", current_version=0, events=several)
    assert client.get_current_version("thing-1") == 2 and again, "a repeated append adds nothing"
    refused(WrongCurrentVersionError, lambda: client.append_to_stream("thing-1", current_version=0, events=event()))
    refused(WrongCurrentVersionError, lambda: client.append_to_stream("thing-1", current_version=7, events=[event()]))
    refused(NotFoundError, lambda: client.get_stream("thing-none"))
    given = [one.id, *ids(several)]
    read = client.get_stream("thing-1")
    assert ids(read) == given and [e.stream_position for e in read] == [0, 1, 2]
    assert read[0].data == one.data and read[0].metadata == one.metadata and read[0].type == one.type
    assert ids(client.get_stream("thing-1", backwards=True)) == given[::-1]
    assert ids(client.get_stream("thing-1", stream_position=1, limit=1)) == given[1:2]
    assert ids(client.get_stream("thing-1", stream_position=1, backwards=True)) == given[1::-1]
    assert ids(client.read_all()) == given
    assert ids(client.read_all(backwards=True, limit=2)) == given[:0:-1]
    assert ids(client.read_all(filter_include=("Other.*",))) == given[2:]
    assert ids(client.read_all(commit_position=read[1].commit_position)) == given[1:]
    category = client.get_stream("$ce-thing", resolve_links=True)
    assert ids(category) == given and category[2].stream_position == 2 and category[2].link is not None
    assert ids(client.get_stream("$ce-thing", resolve_links=True, backwards=True, limit=2)) == given[:0:-1]
    assert ids(client.get_stream("$et-OtherThing", resolve_links=True)) == given[2:]
    return given


def refuses_what_an_audit_log_refuses(client):
    refused(AccessDeniedError, lambda: client.delete_stream("thing-1", current_version=StreamState.ANY))
    refused(AccessDeniedError, lambda: client.tombstone_stream("thing-1", current_version=StreamState.ANY))
    for own in ("coverage-1", "delivery-1", "refusal-1", "subscriber-1", "poll-1", "catchup-1", "other-1", "$ce-thing"):
        refused(AccessDeniedError, lambda: client.append_to_stream(own, current_version=StreamState.ANY, events=event()))
        refused(AccessDeniedError, lambda: client.append_to_stream(own, current_version=StreamState.ANY, events=[event()]))


def keeps_strangers_out(program):
    for login in ("admin:wrong", f"nobody:{password('admin')}", f"reader:{password('admin')}"):
        refused(KurrentDBClientError, lambda: program.signed_in(login).get_stream("thing-1"))
    in_clear = KurrentDBClient(uri=f"esdb://localhost:{program.port}?tls=false&MaxDiscoverAttempts=1")
    program.clients.append(in_clear)
    refused(KurrentDBClientError, lambda: in_clear.get_stream("thing-1", timeout=10))


def gives_each_role_its_own(program, given):
    reader, auditor = program.of("reader"), program.of("auditor")
    for client in (reader, auditor):
        assert ids(client.get_stream("thing-1")) == given
        refused(AccessDeniedError, lambda: client.append_to_stream("thing-1", current_version=StreamState.ANY, events=event()))
        refused(AccessDeniedError, lambda: client.create_subscription_to_stream("theirs", "thing-1"))
    refused(AccessDeniedError, lambda: reader.get_stream("$ce-delivery"))
    refused(NotFoundError, lambda: auditor.get_stream("$ce-delivery"))


def follows(client, given):
    everything = client.subscribe_to_all()
    stream = client.subscribe_to_stream("thing-1", stream_position=1)
    category = client.subscribe_to_stream("$ce-thing", resolve_links=True)
    others = client.subscribe_to_all(filter_include=("Other.*",))
    assert ids(in_time(everything, 3)) == given
    assert ids(in_time(stream, 1)) == given[2:]
    assert ids(in_time(category, 3)) == given
    assert ids(in_time(others, 1)) == given[2:]
    live = event("OtherThing", n=3)
    client.append_to_stream("thing-1", current_version=2, events=live)
    for subscription in (everything, stream, category, others):
        assert ids(in_time(subscription, 1)) == [live.id], "what comes is heard"
        subscription.stop()
    return [*given, live.id]


def shares(client, given):
    group, stream = "workers", "$ce-thing"
    client.create_subscription_to_stream(group, stream, resolve_links=True, max_retry_count=2, checkpoint_after=0.1)
    subscription = client.read_subscription_to_stream(group, stream)
    seen = in_time(subscription, 4)
    assert ids(seen) == given
    subscription.ack(seen[0])
    subscription.nack(seen[1], "retry")
    again = in_time(subscription, 1)[0]
    assert again.id == given[1] and again.retry_count == 1
    subscription.nack(again, "park")
    subscription.ack(seen[2])
    subscription.stop()
    client_info = until(lambda: parked(client, group, stream))
    assert client_info.parked_message_count == 1
    assert [info.group_name for info in client.list_subscriptions()] == [group]


def parked(client, group, stream):
    info = client.get_subscription_info(group, stream)
    # the place of the third is settled when nothing but the fourth is left
    return info if info.parked_message_count == 1 and info.outstanding_messages_count == 1 else None


def until(look):
    deadline = threading.Event()
    for _ in range(PATIENCE * 20):
        found = look()
        if found:
            return found
        deadline.wait(0.05)
    raise AssertionError("it does not come")


def goes_on_where_it_was(client, given):
    group, stream = "workers", "$ce-thing"
    subscription = client.read_subscription_to_stream(group, stream)
    fourth = in_time(subscription, 1)
    assert ids(fourth) == given[3:], "what was not settled comes again, and nothing else"
    subscription.ack(fourth[0])
    client.replay_parked_events(group, stream)
    replayed = in_time(subscription, 1)
    assert ids(replayed) == given[1:2]
    subscription.ack(replayed[0])
    subscription.stop()
    until(lambda: client.get_subscription_info(group, stream).parked_message_count == 0)
    client.delete_subscription(group, stream)
    refused(NotFoundError, lambda: client.get_subscription_info(group, stream))


def main(binary):
    with tempfile.TemporaryDirectory() as folder:
        with Program(binary, folder) as program:
            client = program.of("writer")
            given = appends_and_reads(client)
            refuses_what_an_audit_log_refuses(client)
            keeps_strangers_out(program)
            gives_each_role_its_own(program, given)
            given = follows(client, given)
            shares(client, given)
        with Program(binary, folder) as program:
            client = program.of("writer")
            assert ids(client.read_all()) == given, "the log is there after a restart"
            goes_on_where_it_was(client, given)
    print("kurrentdbclient over TLS: sign in, roles, append, read, subscriptions, persistent subscriptions over a restart: ok")


if __name__ == "__main__":
    main(sys.argv[1])
