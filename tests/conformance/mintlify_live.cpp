// Runs against the real Mintlify service: MINTLIFY_PROJECT_ID, MINTLIFY_API_KEY, and where they are not the defaults,
// MINTLIFY_BASE_URL and COJOB_CA_FILE. It only reads, unless COJOB_LIVE_CREATE=1: then it creates a job and a session
// and waits. Exit status: 0 all was right, 1 something was not, 77 the variables are not set.

#include "support.hpp"

#include <cojob/job/wait.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/mintlify/agent_v1.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace asio = boost::asio;
namespace mintlify = cojob::mintlify;
using cojob::errc;
using namespace std::chrono_literals;

namespace {

constexpr auto task = "Fix one spelling mistake, if there is one; else change nothing.";
constexpr auto nobody = "00000000-0000-4000-8000-000000000000";

class mintlify_live {
  public:
    explicit mintlify_live(mintlify::agent_options options)
        : options_(std::move(options)), client_(context_.get_executor(), conformance::one_attempt()),
          agent_(client_, options_), agent_v1_(client_, options_)
    {
    }

    int run()
    {
        look_at_sessions();
        report_.fails(outcome(agent_.get_job(nobody)), errc::not_found, "v2: get of a job that does not exist");
        refuse_key();
        if (conformance::environment("COJOB_LIVE_CREATE") == "1")
            create();
        else
            report_.leave_out("creating a job (v2) and a session (v1), which COJOB_LIVE_CREATE=1 asks for");
        return report_.exit_status();
    }

  private:
    template <class T>
    cojob::result<T> outcome(asio::awaitable<T> operation)
    {
        return conformance::outcome(context_, std::move(operation));
    }

    void look_at_sessions()
    {
        const auto sessions = outcome(agent_v1_.list_jobs({.skip = 0, .take = 5}));
        if (!report_.succeeds(sessions, "v1: a list of at most 5 sessions"))
            return;
        report_.expect(sessions->size() <= 5, "v1: it has " + std::to_string(sessions->size()));
        if (sessions->empty()) {
            report_.leave_out("v1: get of a session: the project has none");
            return;
        }
        const auto& listed = sessions->front();
        const auto id = listed.session_id;
        const auto session = outcome(agent_v1_.get_job(listed.session_id));
        if (report_.succeeds(session, "v1: get of session " + id))
            report_.expect(session->session_id == listed.session_id,
                           "v1: it is the listed one: " + status_text(*session) + ", " +
                               (session->halted ? "halted" : "not halted") + ", " +
                               std::to_string(session->todos.size()) + " steps");
    }

    void refuse_key()
    {
        auto wrong = options_;
        wrong.api_key = cojob::secret("mint_not_a_key");
        report_.fails(outcome(mintlify::agent(client_, wrong).get_job(nobody)), errc::unauthorized,
                      "v2: get with a wrong key");
        report_.fails(outcome(mintlify::agent_v1(client_, wrong).list_jobs()), errc::unauthorized,
                      "v1: list with a wrong key");
    }

    void create()
    {
        create_and_wait();
        create_session();
    }

    void create_and_wait()
    {
        const auto created = outcome(agent_.create_job(task));
        if (!report_.succeeds(created, "v2: creating a job"))
            return;
        report_.say("v2: it made job " + created->id);
        const auto end = outcome(cojob::wait_for_job(agent_, created->id, {.timeout = 30min}));
        if (report_.succeeds(end, "v2: waiting for it"))
            report_.expect(is_finished(*end),
                           "v2: it ended: " + end->status_text + ", " + end->pr_link.value_or("no pull request"));
    }

    void create_session()
    {
        const mintlify::create_session_request request(task);
        const auto stream = outcome(agent_v1_.create_job(request));
        if (!report_.succeeds(stream, "v1: creating a session"))
            return;
        report_.say("v1: it made session " + stream->session_id() + ", " + stream->branch().value_or("no branch"));
        const auto events = outcome(conformance::count_events(*stream));
        if (report_.succeeds(events, "v1: reading its events"))
            report_.say("v1: there were " + std::to_string(*events));
        const auto end = outcome(cojob::wait_for_job(agent_v1_, stream->handle(), {.timeout = 30min}));
        if (report_.succeeds(end, "v1: waiting for it"))
            report_.expect(end->halted, "v1: it halted: " + end->reason_text);
    }

    mintlify::agent_options options_;
    asio::io_context context_;
    cojob::client client_;
    mintlify::agent agent_;
    mintlify::agent_v1 agent_v1_;
    conformance::report report_;
};

} // namespace

int main()
{
    return conformance::run_program([] {
        if (!conformance::environment("MINTLIFY_PROJECT_ID") || !conformance::environment("MINTLIFY_API_KEY"))
            return conformance::skip("MINTLIFY_PROJECT_ID and MINTLIFY_API_KEY are not set: no service to look at");
        return mintlify_live(mintlify::agent_options_from_environment()).run();
    });
}
