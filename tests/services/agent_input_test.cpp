#include <cojob/mintlify/agent.hpp>

#include "support/scripted_agent.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace agent_input_tests {

namespace asio = boost::asio;
using cojob::errc;
using cojob::mintlify::agent;
using cojob::mintlify::agent_job;
using cojob::mintlify::agent_options;

agent_options options()
{
    agent_options o;
    o.project_id = "docs";
    o.api_key = cojob::secret("mint_key");
    return o;
}

/// Options with something wrong in them, and how the complaint begins.
struct bad_option {
    std::string complaint;
    std::function<void(agent_options&)> spoil;
};

bad_option bad_project(std::string value)
{
    return {"agent_options::project_id: ", [value](agent_options& o) { o.project_id = value; }};
}

bad_option bad_key(cojob::credential value)
{
    return {"agent_options::api_key: ", [value](agent_options& o) { o.api_key = value; }};
}

bad_option bad_url(std::string value)
{
    return {"agent_options::base_url: ", [value](agent_options& o) { o.base_url = value; }};
}

/// What no project and no job can be called.
const std::vector<std::string> bad_names{"",
                                         ".",
                                         "..",
                                         "job_1\r\nX-Evil: 1",
                                         "job_1\n",
                                         "job\t1",
                                         std::string("job\0_1", 6),
                                         "job\x7f",
                                         "\x80",
                                         "\xC0\xAF",
                                         "\xED\xA0\x80",
                                         "job_\xC3",
                                         std::string(1025, 'x')};

std::vector<bad_option> bad_options()
{
    std::vector<bad_option> table;
    for (const auto& name : bad_names)
        table.push_back(bad_project(name));
    for (const auto& key :
         {cojob::credential(), cojob::credential(cojob::secret("")),
          cojob::credential(cojob::secret("mint_key\r\nX-Evil: 1")), cojob::credential(cojob::secret("mint_key\n")),
          cojob::credential(cojob::secret(std::string("mint\0key", 8))),
          cojob::credential(cojob::credential::provider_type())})
        table.push_back(bad_key(key));
    for (const auto* url : {"",
                            "api.mintlify.com",
                            "//api.mintlify.com",
                            "ftp://api.mintlify.com",
                            "https://",
                            "https:///v2",
                            "https://:443",
                            "https://user@api.mintlify.com",
                            "https://user:mint_key@api.mintlify.com",
                            "https://api.mintlify.com?x=1",
                            "https://api.mintlify.com/#top",
                            "https://api.mintlify.com:0",
                            "https://api.mintlify.com:65536",
                            "https://api.mintlify.com/a b",
                            "https://api.mintlify.com/\r\nX-Evil: 1",
                            "https://api.mintlify.com/../v1",
                            "https://[::1",
                            "https://api..mintlify.com",
                            "http://api.mintlify.com",
                            "http://127.0.0.1.example.com",
                            "http://localhost.example.com",
                            "http://10.0.0.1",
                            "http://[::2]",
                            "https://api.mintlify.com/v2",
                            "https://api.mintlify.com/v1/",
                            "https://gateway.example/mintlify/v2/agent",
                            "https://api.mintlify.com/v2/agent/docs",
                            "https://api.mintlify.com/v2/agent/docs/job",
                            "https://gateway.example/mintlify/v1/agent/docs/job/"})
        table.push_back(bad_url(url));
    return table;
}

bool is_complaint(const cojob::error_info& error, const std::string& beginning)
{
    BOOST_TEST(error.code() == make_error_code(errc::invalid_argument));
    BOOST_TEST(error.message.substr(0, beginning.size()) == beginning);
    BOOST_TEST(error.message.find("mint_key") == std::string::npos);
    BOOST_TEST(error.message.find_first_of("\r\n") == std::string::npos);
    return true;
}

struct bench {
    tests::scripted_agent scripted{[](const auto&) { return tests::job_reply("active"); }};
    agent service{scripted.agent.get_client(), options()};

    using operation = std::function<asio::awaitable<agent_job>(const agent&)>;

    /// Calls, and awaits what that gives only later.
    void refuses(const operation& call, const std::string& complaint)
    {
        asio::awaitable<agent_job> pending;
        BOOST_REQUIRE_NO_THROW(pending = call(service));
        is_complaint(scripted.start(std::move(pending)).error(), complaint);
        BOOST_TEST(scripted.transport->requests().empty());
    }
};

} // namespace agent_input_tests

BOOST_AUTO_TEST_SUITE(bad_input_of_an_agent)

using namespace agent_input_tests;

BOOST_AUTO_TEST_CASE(in_its_options_is_thrown_by_the_constructors_with_the_options_name)
{
    bench b;
    for (const auto& [complaint, spoil] : bad_options()) {
        auto o = options();
        spoil(o);
        BOOST_TEST_CONTEXT(complaint << o.project_id << ' ' << o.base_url)
        {
            const auto is_expected = [&, expected = complaint](const cojob::api_error& e) {
                return is_complaint(e.info(), expected);
            };
            BOOST_CHECK_EXCEPTION(agent(b.scripted.agent.get_client(), o), cojob::api_error, is_expected);
        }
    }
    BOOST_TEST(b.scripted.transport->requests().empty());
}

BOOST_AUTO_TEST_CASE(is_thrown_as_well_where_the_agent_makes_its_own_client)
{
    asio::io_context context;
    auto o = options();
    o.project_id.clear();
    BOOST_CHECK_EXCEPTION(agent(context.get_executor(), o), cojob::api_error, [](const cojob::api_error& e) {
        return is_complaint(e.info(), "agent_options::project_id: must not be empty");
    });
    BOOST_CHECK_NO_THROW(agent(context.get_executor(), options()));
}

BOOST_AUTO_TEST_CASE(does_not_include_http_where_it_is_allowed)
{
    bench b;
    for (const auto* url :
         {"http://127.0.0.1:8080", "http://127.9.9.9", "http://localhost:8080", "http://[::1]:8080"}) {
        auto o = options();
        o.base_url = url;
        BOOST_TEST_CONTEXT(url) BOOST_CHECK_NO_THROW(agent(b.scripted.agent.get_client(), o));
    }
    auto o = options();
    o.base_url = "http://10.0.0.1";
    o.allow_plaintext = true;
    BOOST_CHECK_NO_THROW(agent(b.scripted.agent.get_client(), o));
}

BOOST_AUTO_TEST_CASE(names_the_way_out_when_http_is_refused)
{
    bench b;
    auto o = options();
    o.base_url = "http://jobs.example";
    BOOST_CHECK_EXCEPTION(agent(b.scripted.agent.get_client(), o), cojob::api_error, [](const cojob::api_error& e) {
        return std::string_view(e.what()) == "invalid argument: agent_options::base_url: http:// to jobs.example would "
                                             "send the key in the clear; set allow_plaintext to permit that";
    });
}

BOOST_AUTO_TEST_CASE(as_an_id_is_reported_when_the_call_is_awaited_and_before_any_request)
{
    bench b;
    for (const auto& id : bad_names)
        BOOST_TEST_CONTEXT(id.substr(0, 20))
        {
            b.refuses([&](const agent& a) { return a.get_job(id); }, "id: ");
            b.refuses([&](const agent& a) { return a.send_message(id, "Document it"); }, "id: ");
        }
}

BOOST_AUTO_TEST_CASE(as_a_prompt_is_reported_when_the_call_is_awaited_and_before_any_request)
{
    bench b;
    for (const std::string prompt : {"", "\x80", "Gr\xFC\xDF", "\xED\xA0\x80"}) {
        b.refuses([&](const agent& a) { return a.create_job(prompt); }, "prompt: ");
        b.refuses([&](const agent& a) { return a.send_message("job_1", prompt); }, "prompt: ");
    }
}

BOOST_AUTO_TEST_CASE(leaves_the_agent_fit_for_the_next_call)
{
    bench b;
    b.refuses([](const agent& a) { return a.get_job(""); }, "id: must not be empty");
    BOOST_TEST(b.scripted.start(b.service.get_job("job_1")).get().value().id == "job_1");
}

BOOST_AUTO_TEST_SUITE_END()
