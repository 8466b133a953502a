"""Django, whose ORM keeps a pool of psycopg.

Its own ASGI app has no lifespan, so it is mounted in an app that has one.
"""

import contextlib
import os
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.db import connection as database
from django.http import HttpRequest, JsonResponse
from django.urls import path
from starlette.applications import Starlette
from starlette.routing import Mount

SERVER = urlsplit(os.environ["SERVER"])

settings.configure(
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": SERVER.hostname,
            "PORT": SERVER.port,
            "USER": SERVER.username,
            "NAME": SERVER.path.strip("/"),
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {"pool": {"min_size": 1, "max_size": 1}},
        }
    },
)


def connection(request: HttpRequest) -> JsonResponse:
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return JsonResponse(cursor.fetchone()[0], safe=False)


urlpatterns = [path("", connection)]


def connect() -> None:
    """Open the pool, and give its connection back."""
    database.ensure_connection()
    database.close()


@contextlib.asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    await sync_to_async(connect)()
    yield
    await sync_to_async(database.close_pool)()


app = Starlette(routes=[Mount("/", get_asgi_application())], lifespan=lifespan)
