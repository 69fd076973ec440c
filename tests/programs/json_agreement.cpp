// Reads random and recorded JSON texts as responses are read, and with Boost.JSON's tree: both agree on what is valid,
// on every value, and on the path in every error. The number of texts is the first argument (200,000), the seed the
// second. Exit status: 0 they agree, 1 they do not.

#include "support/random_json.hpp"
#include "support/recorded_osapi.hpp"

#include <cojob/impl/internal/mintlify/agent_decode.hpp>
#include <cojob/impl/internal/osapi/decode.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

namespace json = boost::json;
using cojob::timestamp;
using cojob::detail::json_reader;

constexpr std::size_t max_depth = 12;

void expect(bool is_so, const std::string& what)
{
    if (!is_so)
        throw std::runtime_error(what);
}

std::string text_in(const json::value& v)
{
    return v.is_string() ? std::string(v.get_string()) : std::string();
}

/// The tree of a text, or why there is none.
struct parsed {
    json::value tree;
    std::string fault;
};

parsed parse(std::string text)
{
    json::parse_options options;
    options.max_depth = max_depth;
    boost::system::error_code failed;
    text = cojob::detail::without_byte_order_mark(text);
    text.append(64, ' '); // Boost.JSON reads a number less precisely near the end
    auto tree = json::parse(text, failed, {}, options);
    if (failed && failed != json::error::too_deep)
        if (const auto mended = cojob::detail::replace_lone_surrogates(text))
            tree = json::parse(*mended, failed, {}, options);
    if (!failed)
        return {std::move(tree), ""};
    const bool is_blank = text.find_first_not_of(" \t\r\n") == text.npos;
    const bool is_deep = failed == json::error::too_deep;
    return {nullptr, is_blank ? "body: empty" : is_deep ? "body: nested deeper than 12" : "body: not JSON"};
}

/// Equality, but for NaN, which Boost.JSON reads from `0e400`.
bool same(const json::value& a, const json::value& b)
{
    if (a.is_double() && b.is_double())
        return a.get_double() == b.get_double() || (std::isnan(a.get_double()) && std::isnan(b.get_double()));
    if (a.is_array() && b.is_array())
        return std::equal(a.get_array().begin(), a.get_array().end(), b.get_array().begin(), b.get_array().end(), same);
    if (!a.is_object() || !b.is_object())
        return a == b;
    return a.get_object().size() == b.get_object().size() &&
           std::all_of(a.get_object().begin(), a.get_object().end(), [&](const auto& entry) {
               const auto* const other = b.get_object().if_contains(entry.key());
               return other != nullptr && same(entry.value(), *other);
           });
}

std::optional<std::int64_t> whole_number(const json::value& v)
{
    if (v.is_int64())
        return v.get_int64();
    if (v.is_double() && std::abs(v.get_double()) <= 0x1p53 && std::trunc(v.get_double()) == v.get_double())
        return static_cast<std::int64_t>(v.get_double());
    return std::nullopt;
}

std::optional<timestamp> time_in(const json::value& v)
{
    if (v.is_string())
        return cojob::detail::parse_time(text_in(v));
    if (const auto whole = whole_number(v))
        return cojob::detail::time_of_number(*whole);
    return v.is_double() ? cojob::detail::time_of_number(v.get_double()) : std::nullopt;
}

/// Numbers beyond int64 are ids as they are written, so they are left to the unit tests.
std::string id_in(const json::value& v)
{
    const auto text = v.is_int64() && v.get_int64() != 0 ? std::to_string(v.get_int64()) : text_in(v);
    return cojob::detail::objection_to_segment(text) == nullptr ? text : "";
}

/// Every way of reading one value.
void compare_scalar(const json_reader& read, const json::value& v, const std::string& path)
{
    std::string text, id;
    std::optional<bool> flag;
    std::optional<std::int64_t> number;
    std::optional<timestamp> time;
    expect(read.read(text) == (v.is_string() || v.is_null()) && text == text_in(v), path + " as a string");
    expect(read.read(flag) == (v.is_bool() || v.is_null()) && flag.has_value() == v.is_bool(), path + " as a flag");
    expect(!flag || *flag == v.get_bool(), path + " as a flag");
    expect(read.read(number) == (whole_number(v) || v.is_null()) && number == whole_number(v), path + " as a number");
    expect(read.read(time) == (time_in(v) || v.is_null()) && time == time_in(v), path + " as a time");
    (void)read.read_id(id);
    expect(id == id_in(v) || (v.is_number() && (!v.is_int64() || v.get_int64() == 0)), path + " as an id");
}

void compare_path(const json_reader& read, const std::string& path)
{
    try {
        read.fail("x");
    } catch (const cojob::api_error& failure) {
        expect(failure.info().message == path + ": x", "the path of " + path);
    }
}

void compare(const json_reader& read, const json::value& v, const std::string& path, tests::random_json& random,
             bool is_root = false)
{
    if (random.one_in(50))
        compare_path(read, is_root ? "body" : path);
    compare_scalar(read, v, path);
    std::size_t count = 0;
    const bool is_array = read.for_each_element([&](const json_reader& element) {
        compare(element, v.as_array().at(count), (path.empty() ? "body" : path) + '[' + std::to_string(count) + ']',
                random);
        return ++count != 0;
    });
    expect(is_array == (v.is_array() || v.is_null()) && (!v.is_array() || count == v.get_array().size()), path);
    const bool is_object = read.for_each_member([&](cojob::detail::json_name name, const json_reader& member) {
        const auto text = name.text();
        const auto* const value = v.as_object().if_contains({text.data(), text.size()});
        expect(value != nullptr, path + " has no such member");
        compare(member, *value, (path.empty() ? "" : path + '.').append(text), random);
        return ++count != 0;
    });
    expect(is_object == v.is_object() && (!v.is_object() || count == v.get_object().size()), path);
}

const json::value& member(const json::value& v, std::string_view name)
{
    static const json::value none;
    const auto* const object = v.if_object();
    const auto* const found = object ? object->if_contains({name.data(), name.size()}) : nullptr;
    return found ? *found : none;
}

/// What is wrong with a member that must be there; empty: nothing.
std::string objection(const json::value& v, const char* name, bool is_right, const char* expected)
{
    if (!v.is_object())
        return "body: expected an object";
    if (is_right)
        return {};
    return std::string(name) + (v.get_object().contains(name) ? std::string(": expected ") + expected : ": missing");
}

template <class T, class Check>
void compare_decoded(cojob::detail::decode_context& context, T (*decode)(const json_reader&), const std::string& error,
                     Check check)
{
    try {
        const auto decoded = decode(json_reader(context));
        expect(error.empty(), "no error, but " + error);
        check(decoded);
    } catch (const cojob::api_error& failure) {
        expect(failure.info().message == error, failure.info().message + ", not " + error);
    }
}

void compare_job(cojob::detail::decode_context& context, const json::value& v)
{
    const auto& id = member(v, "id");
    auto error = objection(v, "id", !id_in(id).empty() || (id.is_number() && !id.is_double()), "an id");
    if (error.empty())
        error = objection(v, "status", member(v, "status").is_string(), "a string");
    if (id.is_double())
        return; // depends on how it is written
    const auto check = [&](const cojob::mintlify::agent_job& job) {
        expect(job.id == id_in(id) || id.is_number(), "id");
        expect(job.status_text == text_in(member(v, "status")), "status");
        expect(job.source.repository == text_in(member(member(v, "source"), "repository")), "repository");
        expect(job.source.ref.value_or("") == text_in(member(member(v, "source"), "ref")), "ref");
        expect(job.model == text_in(member(v, "model")), "model");
        expect(job.pr_link.value_or("") == text_in(member(v, "prLink")), "prLink");
        expect(job.created_at == time_in(member(v, "createdAt")), "createdAt");
        for (std::size_t i = 0; i < job.unknown_members.size(); ++i) {
            const auto [path, text] = job.unknown_members[i];
            const auto& at = path.starts_with("source.") && !v.as_object().contains({path.data(), path.size()})
                                 ? member(member(v, "source"), path.substr(7))
                                 : member(v, path);
            expect(same(parse(std::string(text)).tree, at), "unknown " + std::string(path));
        }
    };
    compare_decoded(context, cojob::mintlify::detail::decode_agent_job, error, check);
}

void compare_page(cojob::detail::decode_context& context, const json::value& v)
{
    auto error = objection(v, "total_items", whole_number(member(v, "total_items")).has_value(), "a whole number");
    if (error.empty())
        error = objection(v, "items", member(v, "items").is_array(), "an array");
    compare_decoded(context, cojob::osapi::detail::decode_page, error, [&](const cojob::osapi::job_page& page) {
        const auto& items = member(v, "items").as_array();
        expect(page.total_items == whole_number(member(v, "total_items")), "total_items");
        expect(page.items.size() + static_cast<std::size_t>(page.skipped) == items.size(), "items");
        auto job = page.items.begin();
        for (const auto& item : items) {
            const auto& id = member(item, "id");
            if (id.is_double())
                return; // depends on how it is written
            if (!member(item, "status").is_string() || (id_in(id).empty() && !id.is_number()))
                continue;
            expect(job != page.items.end() && (job->id == id_in(id) || id.is_number()), "items[].id");
            expect(same(job->result, member(item, "result")), "items[].result");
            ++job;
        }
        expect(job == page.items.end(), "items");
    });
}

/// Returns whether the text is valid.
bool compare_text(const std::string& text, tests::random_json& random)
{
    const auto expected = parse(text);
    try {
        const cojob::detail::json_document document(text, max_depth);
        expect(expected.fault.empty(), "valid, but " + expected.fault);
        cojob::detail::decode_context context(document, "");
        compare(json_reader(context), expected.tree, "", random, true);
        expect(same(document.to_tree(document.root()), expected.tree), "the tree");
        compare_job(context, expected.tree);
        compare_page(context, expected.tree);
    } catch (const cojob::api_error& failure) {
        expect(failure.info().message == expected.fault, failure.info().message + ", not " + expected.fault);
    }
    return expected.fault.empty();
}

} // namespace

int main(int argc, char** argv)
{
    const auto count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 30'000;
    const auto seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
    using namespace tests::recorded;
    tests::random_json random(seed, {job_submitted.body, job_processing.body, job_completed.body, job_failed.body});
    std::size_t valid = 0;
    for (unsigned long long i = 0; i < count; ++i) {
        const auto text = random.document();
        try {
            valid += compare_text(text, random) ? 1 : 0;
        } catch (const std::exception& failure) {
            std::printf("text %llu: %s\n%s\n", i, failure.what(), text.c_str());
            return 1;
        }
    }
    std::printf("%llu texts, %zu of them valid: the readers agree\n", count, valid);
}
