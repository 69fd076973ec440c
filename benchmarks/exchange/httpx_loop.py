"""httpx_loop.py PORT CA_FILE COUNT IN_FLIGHT: the same with httpx. Prints the last job's status."""

import asyncio
import ssl
import sys

import httpx


async def main():
    port, authorities, count, in_flight = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    url = f"https://localhost:{port}/v2/agent/p/job/job_1"
    headers = {"Accept": "application/json", "Authorization": "Bearer mint_test_key"}
    left = iter(range(count))
    status = ""

    async def get_jobs(client):
        nonlocal status
        for _ in left:
            response = await client.get(url)
            response.raise_for_status()
            status = response.json()["status"]

    limits = httpx.Limits(max_connections=in_flight, max_keepalive_connections=in_flight)
    verify = ssl.create_default_context(cafile=authorities)
    async with httpx.AsyncClient(verify=verify, headers=headers, limits=limits) as client:
        await asyncio.gather(*(get_jobs(client) for _ in range(in_flight)))
    print(status)


asyncio.run(main())
