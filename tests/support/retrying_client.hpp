#ifndef TESTS_SUPPORT_RETRYING_CLIENT_HPP
#define TESTS_SUPPORT_RETRYING_CLIENT_HPP

#include "support/scripted_agent.hpp"
#include "support/scripted_client.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tests {

/// A client with retries in virtual time. Its requests get one reply after the other; the last reply repeats.
class retrying_client {
  public:
    using reply = cojob::testing::scripted_reply;

    explicit retrying_client(std::vector<reply> replies, cojob::client_options options = {})
        : bench([this](const cojob::http::request&) { return next(); }, std::move(options)),
          client(bench.agent.get_client()), replies_(std::move(replies))
    {
    }
    retrying_client(const retrying_client&) = delete;
    retrying_client& operator=(const retrying_client&) = delete;

    scripted_agent bench;
    cojob::client client;
    std::vector<double> sent_at; ///< times of the requests, in seconds

    [[nodiscard]] const std::vector<cojob::http::request>& sent() const { return bench.transport->requests(); }

    started<cojob::http::response> start(cojob::api_request r) { return bench.start(client.send(std::move(r))); }
    started<cojob::http::response> start(const std::string& method) { return start(make_request(method)); }

    /// Starts the operation and advances the clock until it has ended.
    template <class T>
    started<T> run(asio::awaitable<T> operation)
    {
        auto s = bench.start(std::move(operation));
        bench.until_done(s);
        return s;
    }
    started<cojob::http::response> run(cojob::api_request r) { return run(client.send(std::move(r))); }
    started<cojob::http::response> run(const std::string& method) { return run(make_request(method)); }

  private:
    reply next()
    {
        sent_at.push_back(bench.elapsed());
        return replies_[std::min(sent_at.size(), replies_.size()) - 1];
    }

    std::vector<reply> replies_;
};

} // namespace tests

#endif
