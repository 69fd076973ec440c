// Long-running operations with `done`: an operation has no status but that, and then either a response or an error.
//
//     SERVICE_URL=https://… SERVICE_KEY=… ./done_operations
//     examples/run build/dev/examples done_operations     # without an account, against a mock server

#include "../support/run_service.hpp"
#include <cojob/job/watch.hpp>

#include <boost/json.hpp>
#include <iostream>

using namespace std::chrono_literals;

struct operation {
    std::string name; ///< for instance `operations/7`
    bool done = false;
    boost::json::value metadata, response, error; ///< null where there is none
    friend bool operator==(const operation&, const operation&) = default;
    friend std::string job_id(const operation& o) { return o.name; }
    friend std::string status_text(const operation& o)
    {
        return !o.done ? "running" : o.error.is_null() ? "done" : "failed";
    }
    friend bool is_finished(const operation& o) { return o.done; }
    friend bool is_unknown(const operation&) { return false; }
};

class trainings {
  public:
    using job_type = operation;
    static constexpr std::string_view api_name = "trainings";

    trainings(cojob::client c, cojob::api_base base) : client_(std::move(c)), base_(std::move(base)) {}
    cojob::client get_client() const { return client_; }
    std::string scope() const { return to_string(base_.url()); }
    cojob::poll_schedule default_schedule() const { return {500ms, 500ms, 30s, 1.5}; }
    trainings with(cojob::client c) const { return {std::move(c), base_}; }
    friend bool operator==(const trainings&, const trainings&) = default;

    asio::awaitable<operation> create_job(std::string model) const
    {
        cojob::api_request r("POST", base_, {"v1", "trainings"});
        r.json = serialize(boost::json::value{{"model", model}});
        return call(client_, std::move(r));
    }
    /// A name has two segments. Each is encoded by itself, so that no name leads out of `v1`.
    asio::awaitable<operation> get_job(std::string name) const
    {
        const auto slash = std::min(name.find('/'), name.size());
        cojob::api_request r("GET", base_, {"v1", name.substr(0, slash)});
        r.segments.push_back(name.substr(std::min(slash + 1, name.size()))); // empty: invalid_argument
        return call(client_, std::move(r));
    }

  private:
    static asio::awaitable<operation> call(cojob::client c, cojob::api_request r)
    {
        const auto json = boost::json::parse((co_await c.send(std::move(r))).body).as_object();
        const auto member = [&](const char* name) { return json.contains(name) ? json.at(name) : nullptr; };
        co_return operation{std::string(json.at("name").as_string()), member("done") == true, member("metadata"),
                            member("response"), member("error")};
    }

    cojob::client client_;
    cojob::api_base base_;
};

asio::awaitable<void> train(trainings service)
{
    const auto created = co_await service.create_job("small");
    auto watch = cojob::watch_job(service, created);
    while (const auto o = co_await watch.next())
        std::cout << o->name << ' ' << status_text(*o) << ' ' << (o->done ? o->response : o->metadata) << '\n';
}

int main()
{
    return run_service(train);
}
