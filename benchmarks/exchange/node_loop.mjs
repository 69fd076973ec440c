// node_loop.mjs PORT CA_FILE COUNT IN_FLIGHT: the same with node's fetch; NODE_EXTRA_CA_CERTS names the authority.
// Prints the last job's status.

const [port, , count, inFlight] = process.argv.slice(2);
const url = `https://localhost:${port}/v2/agent/p/job/job_1`;
const headers = { Accept: "application/json", Authorization: "Bearer mint_test_key" };
let left = Number(count);
let status = "";

async function getJobs() {
  while (left-- > 0) {
    const response = await fetch(url, { headers });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    status = (await response.json()).status;
  }
}

await Promise.all(Array.from({ length: Number(inFlight) }, getJobs));
console.log(status);
