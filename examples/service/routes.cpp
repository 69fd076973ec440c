// What the service answers: the page, its events, a creation, metrics and health.

#include "routes.hpp"

#include "page.hpp"

#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <utility>

namespace service {

namespace http = boost::beast::http;
namespace json = boost::json;

namespace {

/// A creation as the page sends it. The key is made by the browser and becomes the journal's tag.
struct wish {
    std::string key, prompt;
};

std::optional<wish> wish_from(std::string_view body)
{
    boost::system::error_code failure;
    const auto value = json::parse(body, failure);
    const auto* object = failure ? nullptr : value.if_object();
    const auto* key = object ? object->if_contains("key") : nullptr;
    const auto* prompt = object ? object->if_contains("prompt") : nullptr;
    if (!key || !key->is_string() || !prompt || !prompt->is_string())
        return std::nullopt;
    return wish{std::string(key->get_string()), std::string(prompt->get_string())};
}

bool is_key(std::string_view key)
{
    return key.size() >= 16 && key.size() <= 64 && std::ranges::all_of(key, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-';
           });
}

std::string_view path_of(const request& asked)
{
    const std::string_view target = asked.target();
    return target.substr(0, target.find('?'));
}

} // namespace

routes::routes(const guard& checks, job_desk& desk, const board& rows, const std::shared_ptr<cojob::quota>& quota,
               counters& count, const bounds& most)
    : guard_(checks), desk_(desk), board_(rows), quota_(quota), count_(count), most_(most)
{
}

response routes::make(status code, std::string_view type, std::string body) const
{
    ++count_.responses[std::to_string(static_cast<unsigned>(code))];
    response made(code, 11);
    made.set(http::field::content_type, type);
    made.set(http::field::cache_control, "no-store");
    made.set("Content-Security-Policy",
             "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
             "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    made.set("Cross-Origin-Resource-Policy", "same-origin");
    made.set("Cross-Origin-Opener-Policy", "same-origin");
    made.set("Referrer-Policy", "no-referrer");
    made.set("X-Content-Type-Options", "nosniff");
    made.body() = std::move(body);
    made.prepare_payload();
    return made;
}

response routes::refuse(status code, std::string_view why) const
{
    return make(code, "application/json", json::serialize(json::object{{"error", why}}));
}

std::optional<response> routes::answer(const request& asked)
{
    ++count_.requests;
    if (const auto why = guard_.refusal(asked); !why.empty()) {
        ++count_.refusals[std::string(why)];
        return refuse(why == "host" ? status::misdirected_request : status::forbidden, why);
    }
    if (asked.method() == http::verb::get)
        return get(asked);
    if (asked.method() == http::verb::post && path_of(asked) == "/jobs")
        return create(asked);
    return refuse(status::method_not_allowed, "method");
}

std::optional<response> routes::get(const request& asked)
{
    const auto path = path_of(asked);
    if (const auto* file = find_page_file(path))
        return make(status::ok, file->type, std::string(file->text));
    if (path == "/healthz")
        return make(status::ok, "text/plain; charset=utf-8", "ok\n");
    if (path == "/metrics")
        return make(status::ok, "text/plain; version=0.0.4; charset=utf-8", metrics());
    if (path != "/events")
        return refuse(status::not_found, "no such page");
    if (count_.streams < most_.streams)
        return std::nullopt;
    ++count_.refusals["streams"];
    return refuse(status::service_unavailable, "too many pages are open");
}

response routes::create(const request& asked)
{
    if (!asked[http::field::content_type].starts_with("application/json"))
        return refuse(status::unsupported_media_type, "the body must be JSON");
    const auto wanted = wish_from(asked.body());
    if (!wanted || !is_key(wanted->key))
        return refuse(status::bad_request, "the body must have a key and a prompt");
    if (wanted->prompt.find_first_not_of(" \t\r\n") == std::string::npos)
        return refuse(status::bad_request, "the prompt is empty");
    if (wanted->prompt.size() > most_.prompt_bytes) {
        ++count_.refusals["prompt"];
        return refuse(status::payload_too_large, "the prompt is too long");
    }
    switch (desk_.create(wanted->key, wanted->prompt)) {
    case job_desk::answer::accepted: return make(status::accepted, "application/json", "{}");
    case job_desk::answer::known: return make(status::ok, "application/json", "{}");
    case job_desk::answer::no_use:
        ++count_.refusals["uses"];
        return refuse(status::too_many_requests, "no use is left in this hour");
    case job_desk::answer::busy: break;
    }
    ++count_.refusals["busy"];
    return refuse(status::service_unavailable, "too many jobs at once: try again in a moment");
}

std::string routes::metrics() const
{
    gauges now;
    now.jobs = board_.states();
    now.uses = quota_->options().limit;
    now.uses_left = quota_->remaining();
    now.client = desk_.stats();
    return metrics_text(count_, now);
}

} // namespace service
