// node_jobs.mjs PORT CA_FILE COUNT: the same with node's fetch, as the vendor's page polls; NODE_EXTRA_CA_CERTS names the
// authority. Prints how many have completed.

const [port, , count] = process.argv.slice(2);
const url = `https://localhost:${port}/v2/agent/p/job`;
const headers = { Accept: "application/json", Authorization: "Bearer mint_test_key" };

async function answer(address, options) {
  const response = await fetch(address, options);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response.json();
}

async function runJob() {
  let job = await answer(url, {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json" },
    body: JSON.stringify({ prompt: "Document the new /users endpoint" }),
  });
  while (job.status === "active") {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    job = await answer(`${url}/${job.id}`, { headers });
  }
  return job.status;
}

const ends = await Promise.all(Array.from({ length: Number(count) }, runJob));
console.log(ends.filter((end) => end === "completed").length);
