"""aiohttp_jobs.py PORT CA_FILE COUNT: the same with aiohttp: a task for each job, one session with its default of 100 connections.
Prints how many have completed."""

import asyncio
import ssl
import sys

import aiohttp


async def main():
    port, authorities, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    url = f"https://localhost:{port}/v2/agent/p/job"
    headers = {"Accept": "application/json", "Authorization": "Bearer mint_test_key"}
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=authorities))

    async def run_job(session):
        async with session.post(url, json={"prompt": "Document the new /users endpoint"}) as response:
            response.raise_for_status()
            job = await response.json()
        while job["status"] == "active":
            await asyncio.sleep(1)
            async with session.get(f"{url}/{job['id']}") as response:
                response.raise_for_status()
                job = await response.json()
        return job["status"]

    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:
        ends = await asyncio.gather(*(run_job(session) for _ in range(count)))
    print(ends.count("completed"))


asyncio.run(main())
