"""Somebody who uses the API of a running gateway over HTTPS, with a session like a page has."""

import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from typing import Any

from running.gateway import Gateway


class ApiUser:
    """One session: none at first, so the profile User."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        trusting = ssl.create_default_context()
        trusting.check_hostname = False
        trusting.verify_mode = ssl.CERT_NONE
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=trusting),
            urllib.request.HTTPCookieProcessor(CookieJar()),
        )

    def session(self) -> Any:
        """Who asks, as the gateway sees it."""
        return self._told("/api/v1/session")[1]

    def log_in(self, profile: str, password: str) -> tuple[int, Any]:
        """Status and answer of a login."""
        return self.posts("/api/v1/session", {"profile": profile, "password": password})

    def change_password(self, old: str, new: str) -> int:
        """Fill in the form; the status of the page where it leads."""
        fields = {"old": old, "new": new, "again": new, "csrf": self.session()["csrf"]}
        return self._told("/password", urllib.parse.urlencode(fields).encode())[0]

    def orders(self, command: str, **arguments: object) -> tuple[int, Any]:
        """Status and answer of one order."""
        return self.posts(f"/api/v1/commands/{command}", arguments)

    def reads(self, path: str) -> tuple[int, Any]:
        """Status and answer of a GET."""
        return self._told(path)

    def gets(self, path: str) -> int:
        """The status of a GET."""
        return self._told(path)[0]

    def posts(self, path: str, body: object, **others: str) -> tuple[int, Any]:
        """Status and answer of JSON sent as a page sends it, but for `others` of its headers."""
        headers = {"Content-Type": "application/json", "X-CSRF-Token": self.session()["csrf"]}
        return self._told(path, json.dumps(body).encode(), headers | others)

    def _told(
        self, path: str, data: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        request = urllib.request.Request(self._gateway.url(path), data, headers or {})
        try:
            with self._opener.open(request, timeout=30) as answer:
                return answer.status, _read(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, _read(error)


def _read(answer: Any) -> Any:
    text = answer.read().decode()
    is_json = "json" in answer.headers.get("Content-Type", "")
    return json.loads(text) if is_json and text else text
