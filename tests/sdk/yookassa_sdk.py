"""Drives a running YooKassa emulator by the official SDK, unmodified.

Usage: yookassa_sdk.py http://127.0.0.1:PORT SHOP_ID SECRET_KEY
Prints a line a step; exits with 1 at the first step that fails.
"""
import http.server
import json
import sys
import threading
import time
import urllib.request
import uuid

from yookassa import Configuration, Payment, Receipt, Refund, Settings, Webhook
from yookassa.domain.exceptions import (
    BadRequestError, InternalServerError, NotFoundError, TooManyRequestsError, UnauthorizedError)
from yookassa.domain.notification import WebhookNotificationFactory

BASE, SHOP, KEY = sys.argv[1:4]
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
HEARD = []


def step(name, condition=True):
    """Says how a step went and stops at the first failure."""
    print(("ok   " if condition else "FAIL ") + name, flush=True)
    if not condition:
        sys.exit(1)


def control(path, body=None):
    """Moves the emulator."""
    data = json.dumps(body or {}).encode()
    request = urllib.request.Request(f"{BASE}/_control/{path}", data, {"Content-Type": "application/json"})
    with OPENER.open(request) as answer:
        return json.load(answer)


def raises(kind, call, parameter=None):
    """Whether the call is refused with this exception about this parameter."""
    try:
        call()
    except kind as error:
        told = error.content if isinstance(error.content, dict) else {}
        return parameter is None or told.get("parameter") == parameter
    return False


def rubles(value):
    """An amount as the SDK takes it."""
    return {"value": value, "currency": "RUB"}


def receipt(value, mode="full_prepayment"):
    """A receipt of one line."""
    line = {"description": "Стол письменный", "quantity": "1.000", "amount": rubles(value),
            "vat_code": 12, "payment_mode": mode, "payment_subject": "commodity"}
    return {"customer": {"email": "buyer@example.test"}, "items": [line]}


def wish(value="1234.50", **more):
    """A payment of one stage."""
    return {"amount": rubles(value), "capture": True, "description": "Заказ УТ-000000123",
            "confirmation": {"type": "redirect", "return_url": "https://shop.example/back"},
            "metadata": {"order_number": "УТ-000000123"}, "receipt": receipt(value), **more}


def hear():
    """A shop's notification address."""
    class Ear(http.server.BaseHTTPRequestHandler):
        """Keeps what it hears and answers 200."""

        def do_POST(self):  # noqa: N802 - the name is the library's
            """One notification."""
            HEARD.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            """Silence."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Ear)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/hook"


def heard(event, object_id):
    """The notification of an event, waited for."""
    for _ in range(100):
        for body in HEARD:
            if body["event"] == event and body["object"]["id"] == object_id:
                return body
        time.sleep(0.05)
    return None


def payments():
    """Create, pay, fetch, hold, capture, cancel."""
    key = str(uuid.uuid4())
    made = Payment.create(wish(), key)
    step("payment is created", made.status == "pending" and made.test and len(made.id) == 36)
    step("it has a page", made.confirmation.confirmation_url.startswith(BASE + "/checkout/"))
    step("a repeat with the key is the same payment", Payment.create(wish(), key).id == made.id)
    step("another body under the key is refused",
         raises(BadRequestError, lambda: Payment.create(wish("1.00"), key), "Idempotence-Key"))
    control(f"payments/{made.id}/success")
    paid = Payment.find_one(made.id)
    step("it is paid", paid.status == "succeeded" and paid.paid and paid.refundable)
    step("the sum is told", str(paid.amount.value) == "1234.50")
    step("the card is told", paid.payment_method.card.last4 == "4444")
    step("the income is told", paid.income_amount.value < paid.amount.value)
    step("the metadata is echoed", paid.metadata["order_number"] == "УТ-000000123")

    sbp = Payment.create(wish("10.00", payment_method_data={"type": "sbp"}))
    control(f"payments/{sbp.id}/sbp_success")
    step("SBP is paid", Payment.find_one(sbp.id).payment_method.sbp_operation_id is not None)

    held = Payment.create(wish("100.00", capture=False))
    control(f"payments/{held.id}/success")
    step("money is held", Payment.find_one(held.id).status == "waiting_for_capture")
    part = Payment.capture(held.id, {"amount": rubles("40.00"), "receipt": receipt("40.00")})
    step("a part is captured", part.status == "succeeded" and str(part.amount.value) == "40.00")

    gone = Payment.create(wish("100.00", capture=False))
    control(f"payments/{gone.id}/success")
    canceled = Payment.cancel(gone.id)
    step("held money is let go", canceled.cancellation_details.reason == "canceled_by_merchant")

    refused = Payment.create(wish("5.00"))
    control(f"payments/{refused.id}/decline?reason=insufficient_funds")
    step("a refusal has its reason", Payment.find_one(refused.id).cancellation_details.reason == "insufficient_funds")
    return paid


def refunds(paid):
    """Parts, too much, lists."""
    first = Refund.create({"payment_id": paid.id, "amount": rubles("234.50"), "receipt": receipt("234.50")})
    step("a part goes back", first.status == "succeeded" and first.payment_id == paid.id)
    step("the refund is found", str(Refund.find_one(first.id).amount.value) == "234.50")
    more = {"payment_id": paid.id, "amount": rubles("1000.01"), "receipt": receipt("1000.01")}
    step("more than is left is refused", raises(BadRequestError, lambda: Refund.create(more), "amount.value"))
    step("the payment tells what went back", str(Payment.find_one(paid.id).refunded_amount.value) == "234.50")
    step("refunds are listed", [one.id for one in Refund.list({"payment_id": paid.id}).items] == [first.id])
    return first


def lists():
    """Pages by cursor, filters."""
    page = Payment.list({"limit": 2})
    step("a page is short and has a next one", len(page.items) == 2 and page.next_cursor)
    rest = Payment.list({"limit": 100, "cursor": page.next_cursor})
    step("the next page goes on", not {one.id for one in page.items} & {one.id for one in rest.items})
    paid = Payment.list({"status": "succeeded"}).items
    step("the filter by status works", {one.status for one in paid} == {"succeeded"})
    step("the filter by moment works", not Payment.list({"created_at.gte": "2999-01-01T00:00:00.000Z"}).items)


def receipts(paid):
    """The closing receipt."""
    closing = Receipt.create({"type": "payment", "payment_id": paid.id, "send": True,
                              "settlements": [{"type": "prepayment", "amount": rubles("1234.50")}],
                              **receipt("1234.50", "full_payment")})
    step("a receipt is taken", closing.status == "pending" and closing.payment_id == paid.id)
    control("clock", {"advance_s": 2})
    step("it is registered", Receipt.find_one(closing.id).fiscal_document_number is not None)
    step("receipts are listed", [one.id for one in Receipt.list({"payment_id": paid.id}).items] == [closing.id])


def webhooks(url):
    """Register, hear, read, take away."""
    events = ("payment.succeeded", "payment.canceled", "refund.succeeded")
    added = [Webhook.add({"event": event, "url": url}) for event in events]
    step("addresses are registered", len(Webhook.list().items) == 3)
    made = Payment.create(wish("77.00"))
    control(f"payments/{made.id}/success")
    body = heard("payment.succeeded", made.id)
    step("a payment is heard of", body is not None)
    step("the SDK reads it", WebhookNotificationFactory().create(body).object.status == "succeeded")
    back = Refund.create({"payment_id": made.id, "amount": rubles("77.00")})
    body = heard("refund.succeeded", back.id)
    step("a refund is heard of", body and WebhookNotificationFactory().create(body).object.payment_id == made.id)
    for one in added:
        Webhook.remove(one.id)
    step("addresses are taken away", not Webhook.list().items)


def errors():
    """What the SDK makes of errors."""
    step("unknown id", raises(NotFoundError, lambda: Payment.find_one(str(uuid.uuid4()))))
    much = wish("700001.00", payment_method_data={"type": "sbp"})
    step("a sum beyond the limit", raises(BadRequestError, lambda: Payment.create(much), "amount.value"))
    control("faults", {"path": "/v3/payments", "fault": "429"})
    step("too many calls", raises(TooManyRequestsError, lambda: Payment.list()))
    control("faults", {"path": "/v3/payments", "fault": "500"})
    step("a broken service", raises(InternalServerError, lambda: Payment.list()))
    Configuration.configure(SHOP, "test_wrong", api_url=BASE + "/v3")
    step("a wrong key", raises(UnauthorizedError, lambda: Payment.list()))


def main():
    """Everything, in order."""
    Configuration.configure(SHOP, KEY, api_url=BASE + "/v3")
    me = Settings.get_account_settings()
    step("the shop is told", me.account_id == SHOP and me.test is True)
    paid = payments()
    refunds(paid)
    lists()
    receipts(paid)
    webhooks(hear())
    errors()


if __name__ == "__main__":
    main()
