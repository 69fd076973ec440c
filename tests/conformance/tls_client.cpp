// tls_client < CASES: one request for each line of CASES, and a table of the outcomes. A line has fields that end with
// a tab: server, version of TLS, kind of key, case, URL, file of authorities, further options as name=value;…, what the
// request must end with, words that OpenSSL's reason must have. Exit status 1: an outcome was another one.

#include <cojob/client.hpp>
#include <cojob/error.hpp>
#include <cojob/result.hpp>

#include "support/run.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <cctype>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

std::vector<std::string> split(const std::string& text, char separator)
{
    std::vector<std::string> parts;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, separator);)
        parts.push_back(part);
    return parts;
}

void set(cojob::tls_options& tls, const std::string& name, const std::string& value)
{
    if (name == "server_name")
        tls.server_name = value;
    else if (name == "certificate")
        tls.client_certificate_file = value;
    else if (name == "key")
        tls.client_key_file = value;
    else if (name == "crl")
        tls.crl_file = value;
    else if (name == "pin")
        tls.pins.push_back(value);
    else if (name == "authorities")
        tls.ca_file = value;
    else if (name == "directory")
        tls.ca_directory = value;
    else
        throw std::invalid_argument("an unknown option: " + name);
}

cojob::client_options options_of(const std::vector<std::string>& fields)
{
    cojob::client_options options;
    options.retry.max_attempts = 1;
    auto& tls = options.tls;
    tls.min_version = tls.max_version = fields[1] == "1.2" ? cojob::tls_version::tls_1_2 : cojob::tls_version::tls_1_3;
    tls.ca_file = fields[5];
    for (const auto& option : split(fields[6], ';'))
        set(tls, option.substr(0, option.find('=')), option.substr(option.find('=') + 1));
    return options;
}

std::string lower(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

/// Whether the outcome is the expected one.
bool try_case(const std::vector<std::string>& fields)
{
    boost::asio::io_context context;
    const cojob::client client(context, options_of(fields));
    cojob::api_request request;
    request.base_url = cojob::http::parse_url(fields[4], "url");
    const auto call = tests::run(context, client.send(request));
    const auto error = call.error();
    auto outcome = std::string(error.code() ? error.code().message() : "connected");
    for (const auto code : {cojob::errc::certificate_rejected, cojob::errc::tls_failed, cojob::errc::rejected})
        if (error.code() == code)
            outcome = code == cojob::errc::certificate_rejected ? "certificate_rejected"
                      : code == cojob::errc::tls_failed         ? "tls_failed"
                                                                : "status " + std::to_string(error.http_status);
    const auto why = error.attempts.empty() ? std::string() : error.attempts.back().why;
    const auto words = fields.size() > 8 ? fields[8] : std::string();
    const auto is_right = outcome == fields[7] && lower(why).find(lower(words)) != std::string::npos;
    std::cout << "| " << fields[0] << " | " << fields[1] << " | " << fields[2] << " | " << fields[3] << " | " << outcome
              << " | " << why << " |" << (is_right ? "" : " WRONG, expected " + fields[7] + ' ' + words) << '\n';
    return is_right;
}

} // namespace

int main()
{
    std::cout << "| server | TLS | key | case | outcome | reason |\n|---|---|---|---|---|---|\n";
    int cases = 0, wrong = 0;
    for (std::string line; std::getline(std::cin, line); ++cases)
        wrong += try_case(split(line, '\t')) ? 0 : 1;
    std::cout << cases << " cases, " << wrong << " with another outcome than expected\n";
    return cases != 0 && wrong == 0 ? 0 : 1;
}
