"""VIES, where the European Union tells whether a VAT number is registered: its REST service.

https://ec.europa.eu/taxation_customs/vies/#/technical-information. An error is an answer of status 200 with
`actionSucceed` false; a number that is not registered is no error. Companies are set under `/-/vies/companies/PL526…`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from sandbox.exchange import NotUnderstoodError, Request, Response
from sandbox.system import System

COUNTRIES = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "HR", "HU", "IE", "IT", "LT", "LU"),
    *("LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "XI"),
)
NOT_TOLD = "---"
TEST_ERRORS = {
    "201": "INVALID_INPUT",
    "202": "INVALID_REQUESTER_INFO",
    "300": "SERVICE_UNAVAILABLE",
    "301": "MS_UNAVAILABLE",
    "302": "TIMEOUT",
    "400": "VAT_BLOCKED",
    "401": "IP_BLOCKED",
    "500": "GLOBAL_MAX_CONCURRENT_REQ",
    "501": "GLOBAL_MAX_CONCURRENT_REQ_TIME",
    "600": "MS_MAX_CONCURRENT_REQ",
    "601": "MS_MAX_CONCURRENT_REQ_TIME",
}


class Vies(System):
    """State: the registered companies by number, and the countries whose own service is away."""

    slug, title = "vies", "VIES"
    addresses = (
        "POST /vies/rest-api/check-vat-number",
        "GET /vies/rest-api/check-status",
        "POST /vies/rest-api/check-vat-test-service",
    )

    def fresh(self) -> dict[str, Any]:
        """Nobody is registered, every country answers."""
        return {"companies": {}, "away": [], "consultations": 0}

    def answer(self, request: Request) -> Response:
        """The three addresses of the service."""
        match (request.method, request.path.rstrip("/")):
            case ("POST", "/rest-api/check-vat-number"):
                return self._checked(request, self._registered)
            case ("POST", "/rest-api/check-vat-test-service"):
                return self._checked(request, self._tested)
            case ("GET", "/rest-api/check-status"):
                return self._status()
        return Response(404, {"timestamp": _now(), "status": 404, "error": "Not Found"})

    def error(self, code: str) -> Response:
        """Every error of VIES is an answer of status 200."""
        return Response(200, {"actionSucceed": False, "errorWrappers": [{"error": code or "MS_UNAVAILABLE"}]})

    # --- the service ----------------------------------------------------------------------------------------------

    def _checked(self, request: Request, look: Any) -> Response:
        try:
            asked = request.json()
        except NotUnderstoodError:
            return self.error("INVALID_INPUT")
        country, number = asked.get("countryCode"), asked.get("vatNumber")
        if country not in COUNTRIES or not isinstance(number, str) or not re.fullmatch(r"[0-9A-Za-z+*.]{2,12}", number):
            return self.error("INVALID_INPUT")
        response: Response = look(asked, country, number)
        return response

    def _registered(self, asked: dict[str, Any], country: str, number: str) -> Response:
        if country in self.state["away"]:
            return self.error("MS_UNAVAILABLE")
        company = self.state["companies"].get(country + number)
        return Response(200, self._told(asked, country, number, company))

    def _tested(self, asked: dict[str, Any], country: str, number: str) -> Response:
        if number in TEST_ERRORS:
            return self.error(TEST_ERRORS[number])
        made_up = {"name": "John Doe", "address": "123 Main St, Anytown, UK"}
        return Response(200, self._told(asked, country, number, made_up if number == "100" else None))

    def _told(self, asked: dict[str, Any], country: str, number: str, company: dict[str, str] | None) -> dict[str, Any]:
        told = company or {}
        not_told = dict.fromkeys(
            ("traderName", "traderStreet", "traderPostalCode", "traderCity", "traderCompanyType"), NOT_TOLD
        )
        matches = {f"{name}Match": "NOT_PROCESSED" for name in not_told}
        return {
            "countryCode": country,
            "vatNumber": number,
            "requestDate": _now(),
            "valid": company is not None,
            "requestIdentifier": self._consultation() if asked.get("requesterNumber") else "",
            "name": told.get("name") or NOT_TOLD,
            "address": told.get("address") or NOT_TOLD,
            **not_told,
            **matches,
        }

    def _consultation(self) -> str:
        """A number that proves the question, for who says who asks."""
        self.state["consultations"] += 1
        return f"WAPIAAAA{self.state['consultations']:08}"

    def _status(self) -> Response:
        away = self.state["away"]
        countries = [
            {"countryCode": code, "availability": "Unavailable" if code in away else "Available"} for code in COUNTRIES
        ]
        return Response(200, {"vow": {"available": True}, "countries": countries})

    # --- what an administrator sets -------------------------------------------------------------------------------

    def administer(self, request: Request) -> Response:
        """`companies/<number>`: who is registered; `away/<country>`: whose service does not answer."""
        match (request.method, request.parts):
            case ("GET", ["companies"]):
                return Response(200, self.state["companies"])
            case ("PUT", ["companies", number]):
                return self._company_set(number, request.json())
            case ("DELETE", ["companies", number]):
                self.state["companies"].pop(number, None)
            case ("PUT", ["away", country]) if country in COUNTRIES:
                self.state["away"] = sorted({*self.state["away"], country})
            case ("DELETE", ["away", country]):
                self.state["away"] = [code for code in self.state["away"] if code != country]
            case _:
                return super().administer(request)
        self.keep()
        return Response(204)

    def _company_set(self, number: str, told: dict[str, Any]) -> Response:
        if number[:2] not in COUNTRIES or set(told) - {"name", "address"}:
            raise NotUnderstoodError("A company is a number with its country in front, with `name` and `address`.")
        self.state["companies"][number] = {name: str(text) for name, text in told.items()}
        self.keep()
        return Response(204)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
