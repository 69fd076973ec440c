#ifndef COJOB_IMPL_INTERNAL_BASE_UNKNOWN_COLLECTOR_HPP
#define COJOB_IMPL_INTERNAL_BASE_UNKNOWN_COLLECTOR_HPP

#include <cojob/detail/json_cursor.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/unknown_members.hpp>

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace cojob::detail {

/// Appends a text without the key.
inline void append_without_key(std::string& to, std::string_view text, std::string_view key)
{
    constexpr std::size_t shortest = 8; // anything shorter is as good as a word
    for (auto found = text.npos; key.size() >= shortest && (found = text.find(key)) != text.npos;
         text.remove_prefix(found + key.size()))
        to.append(text.substr(0, found)).append("***");
    to.append(text);
}

/// Appends a string as JSON writes it, without the key.
inline void append_token_without_key(std::string& to, std::string_view token, std::string_view key)
{
    const auto text = decode_json_string(token).value_or(std::string());
    if (key.empty() || text.find(key) == text.npos) {
        to.append(token);
        return;
    }
    std::string kept;
    append_without_key(kept, text, key);
    to.append(boost::json::serialize(boost::json::value(boost::json::string(kept))));
}

/// Appends a JSON text without the key, which may be written with escapes in it.
inline void append_json_without_key(std::string& to, std::string_view json, std::string_view key)
{
    if (json.find('\\') == json.npos) {
        append_without_key(to, json, key);
        return;
    }
    while (!json.empty()) {
        const auto before = json.substr(0, json.find('"'));
        to.append(before);
        json.remove_prefix(before.size());
        const auto token = json_cursor(json).take_string().value_or(json);
        if (!token.empty())
            append_token_without_key(to, token, key);
        json.remove_prefix(token.size());
    }
}

/// Gathers the unknown members of one job.
class unknown_collector {
  public:
    static constexpr std::size_t most = 65'536; ///< bytes of a job, what finds the members among them

    /// \param key is not kept, wherever it is
    explicit unknown_collector(std::string_view key) noexcept : key_(key) {}

    void add(std::string_view path, std::string_view json)
    {
        if (!block_)
            block_ = share<unknown_members::block>();
        if (path.size() + json.size() > most || !fits(path, json))
            block_->is_cut = true;
    }

    /// One is left out.
    void cut()
    {
        if (!block_)
            block_ = share<unknown_members::block>();
        block_->is_cut = true;
    }

    [[nodiscard]] bool is_cut() const noexcept { return block_ && block_->is_cut; }

    /// What was added since the last time.
    [[nodiscard]] unknown_members take() noexcept
    {
        unknown_members taken;
        taken.block_ = std::exchange(block_, nullptr);
        return taken;
    }

  private:
    /// Adds it, unless that would be too much.
    bool fits(std::string_view path, std::string_view json)
    {
        auto& [text, places, is_cut] = *block_;
        const auto begin = text.size();
        append_without_key(text, path, key_);
        const auto path_end = text.size();
        append_json_without_key(text, json, key_);
        const bool is_kept = text.size() + (places.size() + 1) * sizeof(unknown_members::place) <= most;
        if (is_kept)
            places.push_back({path_end, text.size()});
        else
            text.resize(begin);
        return is_kept;
    }

    std::string_view key_;
    std::shared_ptr<unknown_members::block> block_{};
};

} // namespace cojob::detail

#endif
