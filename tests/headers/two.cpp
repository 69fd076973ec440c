#include "everything.hpp"

bool other_file_has_the_same_category(const boost::system::error_category& category)
{
    return &category == &cojob::error_category();
}
