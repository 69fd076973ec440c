#ifndef TESTS_SUPPORT_OSAPI_BENCH_HPP
#define TESTS_SUPPORT_OSAPI_BENCH_HPP

#include "support/raw_client.hpp"

#include <cojob/testing/manual_clock.hpp>
#include <cojob/testing/mock_server.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>

#include <memory>
#include <string>
#include <string_view>

// Requests to the OSAPI routes of a mock server, by a client that shares no code with cojob.
namespace mock_osapi_tests {

namespace json = boost::json;
using cojob::testing::mock_server;
using cojob::tests::raw_client;
using response_type = raw_client::response_type;

inline const std::string base = "/api/job";
inline const std::string key = "mint_test_key";

/// A server with a manual clock, and a client.
struct bench {
    explicit bench(const std::string& path = base) : server(options(path, clock)), client(server) {}

    response_type get(const std::string& target) { return client.call("GET", target); }
    std::string status(const std::string& id) { return text(get(base + "/" + id), "status"); }
    json::object page(const std::string& query = {}) { return object_of(get(base + query)); }

    /// Ids and statuses of a page, and the total number of jobs.
    std::string listed(const std::string& query = {})
    {
        const auto shown = page(query);
        std::string all;
        for (const auto& item : shown.at("items").as_array())
            all += std::string(item.at("id").as_string().subview(0, 4)) + ' ' +
                   std::string(item.at("status").as_string()) + ", ";
        return all + std::to_string(shown.at("total_items").as_int64());
    }

    static json::object object_of(const response_type& response) { return json::parse(response.body()).as_object(); }
    static std::string text(const response_type& response, std::string_view member)
    {
        return std::string(object_of(response).at(member).as_string());
    }

    static cojob::testing::mock_server_options options(const std::string& path, const cojob::clock_ptr& clock)
    {
        cojob::testing::mock_server_options options;
        options.use_tls = false;
        options.osapi_path = path;
        options.clock = clock;
        return options;
    }

    boost::asio::io_context context;
    std::shared_ptr<cojob::testing::manual_clock> clock = std::make_shared<cojob::testing::manual_clock>(context);
    mock_server server;
    raw_client client;
};

} // namespace mock_osapi_tests

#endif
