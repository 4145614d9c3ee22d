"""The agent of example 27: reads a line of JSON for each run, and answers with one. What it logs goes to stderr."""

import json
import os
import sys
import urllib.request


def ask(question):
    body = {"model": "gpt-5-mini", "messages": [{"role": "user", "content": question}]}
    request = urllib.request.Request(
        os.environ["OPENAI_BASE_URL"] + "/chat/completions",
        json.dumps(body).encode(),
        {"content-type": "application/json", "authorization": "Bearer " + os.environ["OPENAI_API_KEY"]},
    )
    with urllib.request.urlopen(request) as response:
        return json.load(response)["choices"][0]["message"]["content"]


for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"output": ask(request["input"])}
    except Exception as error:
        answer = {"error": str(error)}
    print(json.dumps({"id": request["id"], **answer}), flush=True)
