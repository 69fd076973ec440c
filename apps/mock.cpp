#include "cells.hpp"
#include "commands.hpp"
#include "lives.hpp"
#include "output.hpp"

#include <cojob/secret.hpp>
#include <cojob/testing/mock_server.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <functional>
#include <system_error>

#include <unistd.h>

namespace cli {

namespace asio = boost::asio;

namespace {

using cojob::testing::mock_server;

cojob::testing::mock_server_options options_of(const arguments& given)
{
    cojob::testing::mock_server_options options;
    options.port = given.mock.port;
    options.use_tls = !given.mock.is_plain;
    options.rate_limit = given.mock.rate_limit;
    options.lifecycle = parse_life(given.mock.life);
    options.session_lifecycle = parse_life(given.mock.session_life);
    options.osapi_lifecycle = parse_life(given.mock.osapi_life);
    options.deployment_lifecycle = parse_life(given.mock.deployment_life);
    options.export_lifecycle = parse_life(given.mock.export_life);
    if (!given.project.empty())
        options.project_id = given.project;
    if (!given.key_file.empty())
        options.token = cojob::secret_from_file(given.key_file).reveal();
    return options;
}

/// Adds the jobs, and returns their ids.
boost::json::array add_jobs(mock_server& server, const mock_arguments& given)
{
    boost::json::array ids;
    const auto add = [&](const std::vector<std::string>& lives, auto one) {
        for (const auto& text : lives)
            for (unsigned i = 0; i < given.copies; ++i)
                ids.emplace_back(one(parse_life(text)));
    };
    add(given.jobs, [&](auto life) { return server.add_job(std::move(life)); });
    add(given.sessions, [&](auto life) { return server.add_session(std::move(life)); });
    add(given.osapi_jobs, [&](auto life) { return server.add_osapi_job(std::move(life)); });
    add(given.deployments, [&](auto life) { return server.add_deployment(std::move(life)); });
    add(given.exports, [&](auto life) { return server.add_export(std::move(life)); });
    return ids;
}

void write_authority(const mock_server& server, const std::string& path)
{
    if (path.empty())
        return;
    std::ofstream file(path);
    file << server.ca_pem() << std::flush;
    if (!file)
        throw std::system_error(errno, std::generic_category(), path);
}

/// What clients need. A key that is not the mock's own is not printed.
void announce(const arguments& given, const mock_server& server, const boost::json::array& ids)
{
    const auto url = server.base_url();
    const auto project = server.agent_options().project_id;
    const auto key = given.key_file.empty() ? cojob::testing::mock_server_options().token : std::string();
    if (given.is_json)
        return print_line(json_line(
            {{"base_url", url}, {"project", project}, {"key", key}, {"ca_pem", server.ca_pem()}, {"jobs", ids}}));
    print_line("MINTLIFY_BASE_URL=" + url + "\nMINTLIFY_PROJECT_ID=" + project + "\nCOJOB_OSAPI_URL=" + url);
    if (!key.empty())
        print_line("MINTLIFY_API_KEY=" + key + "\nCOJOB_OSAPI_TOKEN=" + key);
    if (!given.mock.ca_out.empty())
        print_line("COJOB_CA_FILE=" + given.mock.ca_out);
    for (const auto& id : ids)
        print_line(fmt::format("# job {}", std::string_view(id.get_string())));
    print_line("");
}

/// Blocks until a signal, or the end of standard input.
void wait_for_the_end(bool ends_with_input)
{
    asio::io_context context;
    asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&](const boost::system::error_code&, int) { context.stop(); });
    asio::posix::stream_descriptor input(context);
    std::array<char, 512> ignored{};
    std::function<void()> read = [&] {
        input.async_read_some(asio::buffer(ignored),
                              [&](const boost::system::error_code& ec, std::size_t) { ec ? context.stop() : read(); });
    };
    if (ends_with_input) {
        input.assign(::dup(STDIN_FILENO));
        read();
    }
    context.run();
}

} // namespace

exit_code run_mock(const arguments& given)
{
    if (!given.mock.faults.empty() && given.mock.faults.front() == "-") {
        for (const auto name : fault_names())
            print_line(name);
        return exit_code::completed;
    }
    mock_server server(options_of(given));
    for (const auto& text : given.mock.faults) {
        const auto planned = parse_fault(text);
        server.inject(planned.fault, planned.times, planned.method);
    }
    write_authority(server, given.mock.ca_out);
    announce(given, server, add_jobs(server, given.mock));
    wait_for_the_end(given.mock.ends_with_input);
    if (given.mock.reports)
        for (const auto& request : server.requests())
            print_line(printable(request.method + " " + request.target + " " + request.body));
    return exit_code::completed;
}

} // namespace cli
