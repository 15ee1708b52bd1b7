"""A small client of the standard library: four requests over one connection, then three over one each."""

import json
import os
from http.client import HTTPConnection
from urllib.parse import urlsplit

HOST = urlsplit(os.environ["MP_BENCH_REST_URL"]).netloc
SYMBOL = os.environ["MP_BENCH_SYMBOLS"].split(",")[0]


def get(connection, path):
    connection.request("GET", path)
    response = connection.getresponse()
    return response.status, len(response.read())


kept = HTTPConnection(HOST)
paths = ["/api/v3/ping", "/api/v3/time", f"/api/v3/depth?symbol={SYMBOL}", "/api/v3/no-such-path"]
answers = [get(kept, path) for path in paths]
kept.close()
for _ in range(3):
    fresh = HTTPConnection(HOST)
    answers.append(get(fresh, "/api/v3/ping"))
    fresh.close()
print(json.dumps({"connections": 4, "requests": len(answers), "statuses": [status for status, _ in answers]}))
