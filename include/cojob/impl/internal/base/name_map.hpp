#ifndef COJOB_IMPL_INTERNAL_BASE_NAME_MAP_HPP
#define COJOB_IMPL_INTERNAL_BASE_NAME_MAP_HPP

#include <map>
#include <memory>
#include <string>
#include <utility>

namespace cojob::detail {

/// Shared things by their names. The map beneath is one type, whatever the things are: each costs a user's compiler
/// some 80 functions.
template <class T>
class name_map {
  public:
    [[nodiscard]] bool empty() const noexcept { return map_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return map_.size(); }

    /// Empty when there is none.
    [[nodiscard]] std::shared_ptr<T> find(const std::string& name) const
    {
        const auto found = map_.find(name);
        return std::static_pointer_cast<T>(found == map_.end() ? nullptr : found->second);
    }

    void put(std::string name, std::shared_ptr<T> thing)
    {
        map_.insert_or_assign(std::move(name), std::shared_ptr<void>(std::move(thing)));
    }

    void erase(const std::string& name) { map_.erase(name); }
    void clear() noexcept { map_.clear(); }

    /// Those that nobody else holds and of which the predicate is true.
    template <class Predicate>
    void erase_unused_if(Predicate predicate)
    {
        std::erase_if(map_, [&](const auto& entry) {
            return entry.second.use_count() == 1 && predicate(*static_cast<const T*>(entry.second.get()));
        });
    }

    template <class Function>
    void each(Function function) const
    {
        for (const auto& [name, thing] : map_)
            function(*static_cast<const T*>(thing.get()));
    }

  private:
    std::map<std::string, std::shared_ptr<void>> map_;
};

} // namespace cojob::detail

#endif
