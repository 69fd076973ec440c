#ifndef COJOB_IMPL_INTERNAL_TESTING_MOCK_LIFE_IPP
#define COJOB_IMPL_INTERNAL_TESTING_MOCK_LIFE_IPP

#include <cojob/testing/mock_server.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace cojob::testing::detail {

inline std::vector<lifecycle_step> require_steps(std::vector<lifecycle_step> life)
{
    if (life.empty())
        throw std::invalid_argument("mock_server: a lifecycle needs at least one step");
    return life;
}

/// A job's position in its lifecycle, which polls advance.
class job_life {
  public:
    explicit job_life(std::vector<lifecycle_step> steps) : steps_(require_steps(std::move(steps)))
    {
        skip_what_is_over();
    }

    [[nodiscard]] const std::string& status() const noexcept { return steps_[at_].status; }

    void count_poll()
    {
        ++polls_;
        skip_what_is_over();
    }

  private:
    void skip_what_is_over()
    {
        for (; at_ + 1 < steps_.size() && polls_ >= steps_[at_].polls; ++at_)
            polls_ = 0;
    }

    std::vector<lifecycle_step> steps_;
    std::size_t at_ = 0;
    unsigned polls_ = 0;
};

} // namespace cojob::testing::detail

#endif
