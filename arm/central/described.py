"""The API's description (OpenAPI), its schemas taken from the same dataclasses that the codec reads."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import FastAPI, Response
from fastapi.openapi.utils import get_openapi

from arm.wire import Problem

REFERENCE = "#/components/schemas/{name}"
_kinds: dict[str, Any] = {"Problem": Problem}


def route(
    *, takes: Any = None, gives: Any = None, status: int = 200, media: str = "application/json"
) -> dict[str, Any]:
    """Keyword arguments of a route: what it takes and gives, and that its errors are problems."""
    extra: dict[str, Any] = {}
    if takes is not None:
        extra["requestBody"] = {"required": True, "content": {media: {"schema": _named(takes)}}}
    good: dict[str, Any] = {"description": "OK"}
    if gives is not None:
        good["content"] = {"application/json": {"schema": _named(gives)}}
    problem = {
        "description": "Problem details (RFC 9457)",
        "content": {"application/problem+json": {"schema": _named(Problem)}},
    }
    return {
        "openapi_extra": extra or None,
        "response_class": Response,
        "responses": {status: good, "4XX": problem, "5XX": problem, 422: problem},
        "status_code": status,
    }


def describe(app: FastAPI) -> None:
    """Gives the application its description with all schemas that its routes name."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(title=app.title, version=app.version, routes=app.routes)
            _, parts = msgspec.json.schema_components(list(_kinds.values()), ref_template=REFERENCE)
            schema.setdefault("components", {}).setdefault("schemas", {}).update(parts)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def _named(kind: Any) -> dict[str, Any]:
    if kind is bytes:
        return {"type": "string", "format": "binary"}
    name = kind.__name__
    _kinds[name] = kind
    return {"$ref": REFERENCE.format(name=name)}
