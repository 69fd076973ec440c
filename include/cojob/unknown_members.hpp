#ifndef COJOB_UNKNOWN_MEMBERS_HPP
#define COJOB_UNKNOWN_MEMBERS_HPP

#include <cojob/detail/config.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cojob {

namespace detail {
class unknown_collector;
} // namespace detail

/// The JSON members of a job that this version of the library does not know, and those of an unexpected type: for each
/// its path, and its value as the server wrote it. So you can use members that a vendor adds:
///
///     if (const auto cost = job.unknown_members.find("cost"))
///         use(boost::json::parse(*cost));
///
/// Paths and values are the server's: escape them before you print them. The key that authorized the request is
/// replaced by `***`. Keeps at most 64 KiB for each job. Copies share one block; a job without unknown members has
/// none.
class unknown_members {
  public:
    /// One member of a job's JSON.
    struct member {
        std::string_view path, ///< relative to the job: `cost`, `source.owner`, `timeline[2].id`
            json;              ///< its value as JSON text

        /// Whether path and value are equal as texts.
        friend bool operator==(const member&, const member&) = default;
    };

    unknown_members() = default;

    /// Whether there are none.
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }
    /// How many there are.
    [[nodiscard]] std::size_t size() const noexcept { return block_ ? block_->places.size() : 0; }
    /// Returns the i-th member, in the order of the response. The views are valid as long as a copy of this object
    /// exists. Precondition: `i < size()`.
    [[nodiscard]] COJOB_DECL member operator[](std::size_t i) const noexcept;
    /// Returns the value of the member with this path.
    [[nodiscard]] COJOB_DECL std::optional<std::string_view> find(std::string_view path) const noexcept;
    /// Whether the response had more than is kept.
    [[nodiscard]] bool is_cut() const noexcept { return block_ && block_->is_cut; }

    /// Whether both have the same members in the same order. Comparing jobs ignores unknown members: compare these if
    /// they matter.
    COJOB_DECL friend bool operator==(const unknown_members&, const unknown_members&) noexcept;

  private:
    friend class detail::unknown_collector;

    /// Ends of a path and of its value in `text`.
    struct place {
        std::size_t path_end = 0, json_end = 0;
    };
    struct block {
        std::string text{};
        std::vector<place> places{};
        bool is_cut = false;
    };

    std::shared_ptr<const block> block_;
};

} // namespace cojob

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/unknown_members.ipp>
#endif

#endif
