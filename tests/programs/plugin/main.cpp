// A failure means the same on both sides of a shared library that has a copy of cojob of its own.

#include "plugin.hpp"

#include <cojob/error.hpp>

#include <iostream>

namespace {

int failures = 0;

void expect(bool is_so, const char* what)
{
    if (!is_so) {
        std::cerr << "not so: " << what << '\n';
        ++failures;
    }
}

} // namespace

int main()
{
    using cojob::condition;
    using cojob::errc;
    expect(&plugin_category() != &cojob::error_category(), "there are two copies");
    expect(plugin_category() == cojob::error_category(), "their categories are equal");

    const auto code = plugin_code();
    expect(code == errc::not_found, "its code is the one of this side");
    expect(code == condition::client_error, "its code meets the condition");
    expect(code != condition::retryable, "its code meets no other");
    expect(code.message() == "not found", "its code has its words");
    try {
        plugin_throw();
        expect(false, "it throws");
    } catch (const cojob::api_error& failure) {
        expect(failure.code() == errc::rate_limited, "what it throws has the code");
        expect(failure.code() == condition::throttled, "what it throws meets the condition");
        expect(failure.info().code() == errc::rate_limited, "so does what is known of it");
    }
    return failures;
}
