"""A backend that goes wrong in the ways backends do. It advertises nothing: its methods are known by rpc.describe."""

import asyncio
import itertools
from collections.abc import Sequence

from livekit import rtc

from rpc_inspector.demo.actor import Actor, work
from rpc_inspector.demo.methods import DemoMethod, Request, a, an_object, compact
from rpc_inspector.demo.stage import Stage

DECLINED = 4020
#: What the demo's card is good for.
CREDIT = 100.0
#: Longer than the 8 s that a callee is told by default: the caller gets 1502.
REFUND_S = 12.0

_AMOUNT = a("number", "In units of the currency", exclusiveMinimum=0, maximum=1_000_000)
_CURRENCY = a("string", enum=["EUR", "GBP", "USD"], default="EUR")
_ORDER = a("string", "Such as A-1041", pattern="^[A-Z]-[0-9]+$")
_CUSTOMER = an_object("name", name=a("string"), email=a("string", format="email"))


class Billing(Actor):
    """Charges up to its credit, refunds too slowly, audits with a bug."""

    identity = "billing"
    name = "Billing service"
    attributes = {"currency": "EUR", "version": "3.4.1"}  # noqa: RUF012 - declared ClassVar in Actor
    advertises = False

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._receipts = itertools.count(7001)

    def methods(self) -> Sequence[DemoMethod]:
        """The table of its methods."""
        order, charge = an_object("order", order=_ORDER), an_object("charge", charge=a("string"))
        return (
            DemoMethod(
                "charge",
                "Charge the card; more than 100 is declined (error 4020)",
                self.charge,
                an_object("amount", amount=_AMOUNT, currency=_CURRENCY, customer=_CUSTOMER),
                an_object("charge", "amount", charge=a("string"), amount=_AMOUNT, currency=_CURRENCY),
                [({"amount": 42, "currency": "EUR"}, {"charge": "ch_7001", "amount": 42, "currency": "EUR"})],
            ),
            DemoMethod(
                "refund",
                "Refund a charge; takes 12 s, longer than callers wait (error 1502)",
                self.refund,
                charge,
                an_object("refunded", refunded=a("string")),
                [({"charge": "ch_7001"}, {"refunded": "ch_7001"})],
            ),
            DemoMethod(
                "invoice",
                "The invoice of an order",
                self.invoice,
                order,
                an_object("order", "total", order=a("string"), lines=a("array"), total=a("number"), note=a("string")),
                [({"order": "A-1041"}, _invoice("A-1041"))],
            ),
            DemoMethod(
                "audit",
                "Check the ledger; has a bug (error 1500)",
                self.audit,
                an_object(),
                an_object("balanced", balanced=a("boolean")),
            ),
        )

    async def charge(self, request: Request) -> object:
        """Within the credit."""
        amount = request.number("amount", 0, least=0.01, most=1_000_000)
        currency = str(request.body.get("currency", "EUR"))
        await work(90, 240)
        if amount > CREDIT:
            why = {"reason": "insufficient_funds", "amount": amount, "available": CREDIT, "retry": False}
            raise rtc.RpcError(DECLINED, "Card declined", compact(why))
        return {"charge": f"ch_{next(self._receipts)}", "amount": amount, "currency": currency}

    async def refund(self, request: Request) -> object:
        """The bank takes its time."""
        charge = request.text("charge")
        await asyncio.sleep(REFUND_S)
        return {"refunded": charge}

    async def invoice(self, request: Request) -> object:
        """A document with more than ASCII in it."""
        order = request.text("order")
        await work(25, 80)
        return _invoice(order)

    async def audit(self, _request: Request) -> object:
        """Raises what is not an RpcError: its text stays here."""
        await work(10, 40)
        raise ValueError("ledger row 17 does not balance: debit 42.00, credit 24.00")


def _invoice(order: str) -> dict[str, object]:
    lines = [
        {"item": "Café crème ☕", "count": 2, "price": 3.8},
        {"item": "Crêpe à l'orange", "count": 1, "price": 6.4},
        {"item": "お茶", "count": 1, "price": 4.5},
    ]
    return {"order": order, "lines": lines, "total": 18.5, "currency": "€", "note": "Merci — à bientôt 👋"}
