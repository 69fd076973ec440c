#ifndef COJOB_OSAPI_NODE_OPERATION_HPP
#define COJOB_OSAPI_NODE_OPERATION_HPP

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <string>
#include <utility>
#include <vector>

namespace cojob::osapi {

/// An operation on nodes, which OSAPI carries out as a job: `node_operation("web-1", {"command", "exec"}, body)`.
class node_operation {
  public:
    node_operation() = default;
    /// A POST. Set `method` for another one.
    node_operation(std::string on, std::vector<std::string> segments, boost::json::object arguments = {})
        : target(std::move(on)), path(std::move(segments)), body(std::move(arguments))
    {
    }

    std::string target;            ///< a hostname, `_any`, `_all`, or a label such as `group:web`
    std::vector<std::string> path; ///< segments below the node, for instance `command` and `exec`, not yet encoded
    boost::json::object body;      ///< the arguments; empty: no body
    std::string method = "POST";   ///< as OSAPI documents it for this operation: GET, POST, PUT or DELETE
};

/// A job that was created for an operation.
struct node_receipt {
    node_receipt() = default; // no aggregate: g++ 12 destroys one twice in a co_await expression

    std::string job_id{};         ///< id of the job: wait for this one
    boost::json::array results{}; ///< what each agent answered, as the server wrote it: parts of the job's responses
};

/// The id of the new job.
[[nodiscard]] inline const std::string& job_id(const node_receipt& receipt) noexcept
{
    return receipt.job_id;
}

} // namespace cojob::osapi

#endif
