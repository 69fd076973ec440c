#ifndef COJOB_IMPL_INTERNAL_TESTING_MOCK_OSAPI_IPP
#define COJOB_IMPL_INTERNAL_TESTING_MOCK_OSAPI_IPP

#include <cojob/impl/internal/testing/mock_osapi_input.ipp>
#include <cojob/impl/internal/testing/mock_osapi_job.ipp>
#include <cojob/impl/internal/testing/mock_router.ipp>
#include <cojob/testing/mock_server.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cojob::testing::detail {

/// The job API of OSAPI, as recorded from a real server, or else according to its source (osapi-io/osapi at 63dd1cff).
/// Checks in the server's order: route, syntax, token, validity.
class mock_osapi {
  public:
    explicit mock_osapi(const mock_server_options& options)
        : path_(require_path(options.osapi_path)), authorization_("Bearer " + options.token),
          lifecycle_(require_steps(options.osapi_lifecycle)),
          router_(options.token, {message_response(404, "Not Found"), message_response(405, "Method Not Allowed")})
    {
        router_.add_open("GET", path_, [this](const routed_request& r) { return list(r); });
        router_.add_open("GET", path_ + "/*", [this](const routed_request& r) { return show(r); });
        router_.add_open("DELETE", path_ + "/*", [this](const routed_request& r) { return remove(r); });
        router_.add_open("POST", path_ + "/*/retry", [this](const routed_request& r) { return retry(r); });
        for (const std::string_view operation : {"exec", "shell"})
            router_.add_open("POST", "/api/node/*/command/" + std::string(operation),
                             [this](const routed_request& r) { return run_command(r); });
    }
    mock_osapi(const mock_osapi&) = delete;
    mock_osapi& operator=(const mock_osapi&) = delete;
    ~mock_osapi() = default;

    /// Whether this API handles a target: a path of its own, or of another version of the API.
    [[nodiscard]] bool is_for(std::string_view target) const
    {
        const auto path = target.substr(0, target.find('?'));
        const auto is_below = [&](std::string_view place) {
            return path.starts_with(place) && (path.size() == place.size() || path[place.size()] == '/');
        };
        return is_below(path_) || is_below("/api") || is_below("/job");
    }

    [[nodiscard]] http::response answer(const recorded_request& request, time_point now, timestamp wall) const
    {
        auto answered = router_.answer(request, now, wall).response;
        if (!answered.body.empty())
            answered.body += '\n';
        answered.headers.emplace_back("Vary", "Origin");
        if (const auto id = http::find_header(request.headers, "X-Request-Id"); id && !id->empty())
            answered.headers.emplace_back("X-Request-Id", *id);
        return answered;
    }

    std::string add_job(std::vector<lifecycle_step> life, timestamp created)
    {
        auto id = make_uuid();
        jobs_.emplace(id, mock_osapi_job(id, std::move(life), created));
        return id;
    }

    [[nodiscard]] bool has_job(const std::string& id) const { return jobs_.contains(id); }
    void set_life(const std::string& id, std::vector<lifecycle_step> life) { jobs_.at(id).set_life(std::move(life)); }

  private:
    static std::string require_path(std::string path)
    {
        while (path.ends_with('/'))
            path.pop_back();
        if (!path.starts_with('/'))
            throw std::invalid_argument("mock_server: osapi_path must be a path below the root");
        return path;
    }

    [[nodiscard]] std::optional<http::response> refuse_token(const routed_request& routed) const
    {
        const auto given = http::find_header(routed.request.headers, "Authorization").value_or("");
        if (given == authorization_)
            return std::nullopt;
        if (!given.starts_with("Bearer ")) // case-sensitive, as in the real server
            return error_response(401, "Bearer token required");
        return error_response(401, "Invalid token: token contains an invalid number of segments");
    }

    http::response list(const routed_request& routed)
    {
        const auto limit = read_number(routed.query, "limit"), offset = read_number(routed.query, "offset");
        for (const auto& refusal : {limit.refusal, offset.refusal, refuse_token(routed)})
            if (refusal)
                return *refusal;
        const auto status = find_parameter(routed.query, "status");
        osapi_validation valid("GetJobsParams");
        valid.expect(!status || std::find(listed.begin(), listed.end(), *status) != listed.end(), "Status", "oneof");
        valid.expect(limit.value.value_or(1) >= 1, "Limit", "min");
        valid.expect(limit.value.value_or(1) <= 100, "Limit", "max");
        valid.expect(offset.value.value_or(0) >= 0, "Offset", "min");
        if (const auto refusal = valid.refusal())
            return *refusal;
        return page(routed.wall, status, limit.value.value_or(10), offset.value.value_or(0));
    }

    /// Returns a page. It counts as a poll of each job on it.
    http::response page(timestamp now, const std::optional<std::string>& status, std::int64_t limit,
                        std::int64_t offset)
    {
        auto counts = count_by_status(); // before the page advances jobs
        boost::json::array items;
        std::int64_t place = 0;
        for (auto& [id, job] : jobs_) {
            if (status && job.status() != *status)
                continue;
            if (place >= offset && place - offset < limit)
                items.push_back(job.show(now, false));
            ++place;
        }
        return json_response(
            200, {{"items", std::move(items)}, {"status_counts", std::move(counts)}, {"total_items", place}});
    }

    /// Null before the first job. Deleted jobs still count, because the real server does not delete their status.
    [[nodiscard]] boost::json::value count_by_status() const
    {
        if (jobs_.empty() && deleted_.empty())
            return nullptr;
        std::map<std::string, std::int64_t> counts(deleted_.begin(), deleted_.end());
        for (const auto status : listed)
            counts.try_emplace(std::string(status), 0);
        for (const auto& [id, job] : jobs_)
            ++counts[job.status()];
        boost::json::object shown;
        for (const auto& [status, count] : counts)
            shown[status] = count;
        return shown;
    }

    http::response show(const routed_request& routed)
    {
        const auto id = read_uuid(routed.arguments.front());
        if (auto refusal = refuse(id.refusal, routed, id.value))
            return *refusal;
        return json_response(200, jobs_.at(id.value).show(routed.wall, true));
    }

    http::response remove(const routed_request& routed)
    {
        const auto id = read_uuid(routed.arguments.front());
        if (auto refusal = refuse(id.refusal, routed, id.value))
            return *refusal;
        ++deleted_[jobs_.at(id.value).status()];
        jobs_.erase(id.value);
        return {204, {}, {}};
    }

    http::response retry(const routed_request& routed)
    {
        const auto id = read_uuid(routed.arguments.front());
        const auto target = read_target(routed.request);
        if (id.refusal || target.refusal)
            return id.refusal ? *id.refusal : *target.refusal;
        if (const auto refusal = refuse_token(routed))
            return *refusal;
        osapi_validation valid("RetryJobRequest");
        const auto host = target.value.value_or("_any");
        if (host.empty())
            valid.expect(false, "TargetHostname", "min");
        else
            valid.expect(is_target(host), "TargetHostname", "valid_target",
                         ": target agent \"" + host + "\" not found");
        if (const auto refusal = valid.refusal())
            return *refusal;
        if (!has_job(id.value))
            return error_response(404, "job not found: " + id.value);
        const auto created = add_job(lifecycle_, routed.wall);
        jobs_.at(id.value).add_retry(created, routed.wall);
        return json_response(201, {{"job_id", created},
                                   {"revision", ++revision_},
                                   {"status", "created"},
                                   {"timestamp", in_whole_seconds(routed.wall)}});
    }

    /// Creates a job. The real server answers when its agents have, this one at once.
    http::response run_command(const routed_request& routed)
    {
        const auto command = read_command(routed.request);
        if (command.refusal)
            return *command.refusal;
        if (const auto refusal = refuse_token(routed))
            return *refusal;
        if (!is_target(routed.arguments.front()))
            return error_response(400, "target agent \"" + routed.arguments.front() + "\" not found");
        osapi_validation valid("CommandExecRequest");
        valid.expect(!command.value.empty(), "Command", "required");
        if (const auto refusal = valid.refusal())
            return *refusal;
        boost::json::object result{{"hostname", "osapi-test"}, {"status", "ok"}, {"exit_code", 0}, {"changed", true}};
        return json_response(
            202, {{"job_id", add_job(lifecycle_, routed.wall)}, {"results", boost::json::array{std::move(result)}}});
    }

    [[nodiscard]] static bool is_target(std::string_view host)
    {
        return host == "_any" || host == "_all" || host == "osapi-test" || host == "osapi-test-2";
    }

    [[nodiscard]] std::optional<http::response> refuse(const std::optional<http::response>& unreadable,
                                                       const routed_request& routed, const std::string& id) const
    {
        if (unreadable)
            return unreadable;
        if (auto refusal = refuse_token(routed))
            return refusal;
        return has_job(id) ? std::nullopt : std::optional(error_response(404, "job not found: " + id));
    }

    /// Version 4; the same ids in each run.
    [[nodiscard]] std::string make_uuid()
    {
        const auto high = (random_() & 0xFFFFFFFFFFFF0FFFU) | 0x4000U;
        const auto low = (random_() & 0x3FFFFFFFFFFFFFFFU) | 0x8000000000000000U;
        std::array<char, 40> text{};
        std::snprintf(text.data(), text.size(), "%08llx-%04llx-%04llx-%04llx-%012llx",
                      static_cast<unsigned long long>(high >> 32U),
                      static_cast<unsigned long long>(high >> 16U & 0xFFFFU),
                      static_cast<unsigned long long>(high & 0xFFFFU), static_cast<unsigned long long>(low >> 48U),
                      static_cast<unsigned long long>(low & 0xFFFFFFFFFFFFU));
        return text.data();
    }

    static constexpr std::array<std::string_view, 5> listed{"submitted", "processing", "completed", "failed",
                                                            "partial_failure"};

    std::string path_, authorization_;
    std::vector<lifecycle_step> lifecycle_; ///< for new jobs
    mock_router router_;
    std::map<std::string, mock_osapi_job, std::greater<>> jobs_; ///< in the order of lists: by id, descending
    std::map<std::string, std::int64_t> deleted_;                ///< counts by last status
    std::mt19937_64 random_{20'26};                              // NOLINT(cert-msc51-cpp): ids are not secret
    std::int64_t revision_ = 0;
};

} // namespace cojob::testing::detail

#endif
