#include <cojob/secret.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace secret_tests {

using cojob::credential;
using cojob::secret;
namespace asio = boost::asio;

template <class T>
std::string print(const T& value)
{
    std::ostringstream out;
    out << value;
    return out.str();
}

asio::awaitable<secret> provide()
{
    co_return secret("mint_provided");
}

} // namespace secret_tests

BOOST_AUTO_TEST_SUITE(secrets)

using namespace secret_tests;

BOOST_AUTO_TEST_CASE(a_secret_prints_as_three_stars)
{
    BOOST_TEST(print(secret("mint_key")) == "***");
    BOOST_TEST(print(secret()) == "***"); // also whether there is one
}

BOOST_AUTO_TEST_CASE(a_secret_is_never_made_or_read_by_accident)
{
    static_assert(!std::is_convertible_v<std::string, secret>);
    static_assert(!std::is_convertible_v<const char*, secret>);
    static_assert(!std::is_convertible_v<secret, std::string>);
    static_assert(!std::is_convertible_v<secret, std::string_view>);
    static_assert(!std::is_convertible_v<std::string, credential>);
}

BOOST_AUTO_TEST_CASE(a_secret_reveals_its_text_when_asked)
{
    BOOST_TEST(secret("mint_key").reveal() == "mint_key");
    BOOST_TEST(secret(std::string("with\0zero", 9)).reveal().size() == 9U);
    BOOST_TEST(secret(std::string(1000, 'x')).reveal() == std::string(1000, 'x'));
    BOOST_TEST(secret().reveal() == "");
    BOOST_TEST(secret().empty());
    BOOST_TEST(secret("").empty());
    BOOST_TEST(!secret("x").empty());
}

BOOST_AUTO_TEST_CASE(secrets_are_equal_when_their_texts_are)
{
    BOOST_TEST((secret("a") == secret("a")));
    BOOST_TEST((secret("a") != secret("b")));
    BOOST_TEST((secret("a") != secret()));
    BOOST_TEST((secret("") == secret()));
}

BOOST_AUTO_TEST_CASE(copies_share_one_text)
{
    const secret first("mint_key");
    const auto copy = first;
    BOOST_TEST(static_cast<const void*>(copy.reveal().data()) == static_cast<const void*>(first.reveal().data()));
}

BOOST_AUTO_TEST_CASE(a_moved_from_secret_is_empty)
{
    secret first("mint_key");
    const auto second = std::move(first);
    BOOST_TEST(second.reveal() == "mint_key");
    BOOST_TEST(first.empty()); // NOLINT(bugprone-use-after-move): what is tested
    BOOST_TEST(first.reveal() == "");
    first = secret("another");
    BOOST_TEST(first.reveal() == "another");
    BOOST_TEST(second.reveal() == "mint_key");
}

BOOST_AUTO_TEST_CASE(wiping_overwrites_the_text)
{
    std::string text(100, 'x');
    const std::string_view bytes(text.data(), text.size());
    cojob::detail::wipe(text);
    BOOST_TEST(text.empty());
#ifndef _LIBCPP_VERSION // there AddressSanitizer guards what is beyond a string's end
    BOOST_TEST(bytes == std::string(100, '\0'));
#endif
    std::string empty;
    cojob::detail::wipe(empty);
    BOOST_TEST(empty.empty());
}

BOOST_AUTO_TEST_CASE(a_credential_is_a_secret_or_a_provider_or_nothing)
{
    BOOST_TEST(credential().empty());
    BOOST_TEST(credential(secret()).empty());

    const credential fixed = secret("mint_key");
    BOOST_TEST(!fixed.empty());
    BOOST_TEST(fixed.is_fixed());
    BOOST_TEST(fixed.fixed().reveal() == "mint_key");

    const credential provided = provide;
    BOOST_TEST(!provided.empty());
    BOOST_TEST(!provided.is_fixed());
    BOOST_TEST(provided.fixed().empty());

    const credential from_lambda = []() -> asio::awaitable<secret> { return provide(); };
    BOOST_TEST(!from_lambda.is_fixed());
}

BOOST_AUTO_TEST_CASE(a_provider_is_asked_each_time)
{
    int asked = 0;
    const credential provided = [&asked]() {
        ++asked;
        return provide();
    };
    for (int times = 1; times <= 2; ++times) {
        asio::io_context context;
        auto answer = asio::co_spawn(context, provided.provider()(), asio::use_future);
        context.run();
        BOOST_TEST(answer.get().reveal() == "mint_provided");
        BOOST_TEST(asked == times);
    }
}

BOOST_AUTO_TEST_SUITE_END()
