#include "plugin.hpp"

cojob::error_code plugin_code()
{
    return cojob::errc::not_found;
}

void plugin_throw()
{
    throw cojob::api_error(cojob::errc::rate_limited);
}

const boost::system::error_category& plugin_category()
{
    return cojob::error_category();
}
