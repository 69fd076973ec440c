"""aiohttp_loop.py PORT CA_FILE COUNT IN_FLIGHT: the same with aiohttp. Prints the last job's status."""

import asyncio
import ssl
import sys

import aiohttp


async def main():
    port, authorities, count, in_flight = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    url = f"https://localhost:{port}/v2/agent/p/job/job_1"
    headers = {"Accept": "application/json", "Authorization": "Bearer mint_test_key"}
    connector = aiohttp.TCPConnector(limit=in_flight, ssl=ssl.create_default_context(cafile=authorities))
    left = iter(range(count))
    status = ""

    async def get_jobs(session):
        nonlocal status
        for _ in left:
            async with session.get(url) as response:
                response.raise_for_status()
                status = (await response.json())["status"]

    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:
        await asyncio.gather(*(get_jobs(session) for _ in range(in_flight)))
    print(status)


asyncio.run(main())
