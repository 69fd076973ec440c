#include "support/environment.hpp"

#include <cojob/detail/text.hpp>
#include <cojob/error.hpp>
#include <cojob/secret.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

namespace key_tests {

using cojob::errc;

/// What a call says that refuses its argument; empty where it does not.
template <class Call>
std::string refusal(Call call)
{
    try {
        call();
    } catch (const cojob::api_error& failure) {
        BOOST_TEST((failure.code() == errc::invalid_argument));
        return failure.info().message;
    }
    return {};
}

const std::pair<std::string, const char*> wrong[] = {
    {"Bearer sk_live_1", "must be the key alone, without Bearer in front"},
    {"bearer sk_live_1", "must be the key alone, without Bearer in front"},
    {"BEARER\tsk_live_1", "must be the key alone, without Bearer in front"},
    {"Bearer: sk_live_1", "must be the key alone, without Bearer in front"},
    {"Bearer", "must be the key alone, without Bearer in front"},
    {"sk_live_1\xC2\xA0", "must be ASCII"},
    {"sk_live_\xE2\x80\x93", "must be ASCII"},
    {"\xEF\xBB\xBFsk_live_1", "must be ASCII"},
    {"sk live 1", "must not have white space in it"},
    {"sk\tlive", "must not have white space in it"},
    {"\"sk_live_1\"", "must not be in quotes"},
    {"'sk_live_1'", "must not be in quotes"},
    {"'", "must not be in quotes"},
    {"sk_live_1\r\nX-Evil: 1", "must not have line breaks or other control characters"},
    {"sk\x7Flive", "must not have line breaks or other control characters"},
};

const char* const right[] = {"sk_live_1", "k", "a.b-c_d~e+f/g==", "bearer_of_news", "Bearer1", "it's"};

/// A file while it is needed.
class key_file {
  public:
    explicit key_file(const std::string& text)
        : path_((std::filesystem::temp_directory_path() / ("cojob_key_" + std::to_string(std::rand()))).string())
    {
        std::ofstream(path_, std::ios::binary) << text;
    }
    key_file(const key_file&) = delete;
    key_file& operator=(const key_file&) = delete;
    ~key_file() { std::remove(path_.c_str()); }

    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
};

const std::string variable = "COJOB_TEST_KEY";

void set(const char* value)
{
    tests::set_variable(variable, value);
}

} // namespace key_tests

BOOST_AUTO_TEST_SUITE(a_key)

using namespace key_tests;

BOOST_AUTO_TEST_CASE(is_one_word_of_ascii)
{
    for (const auto* key : right)
        BOOST_TEST(refusal([&] { cojob::detail::check_key(key, "it"); }) == "");
    for (const auto& [key, words] : wrong)
        BOOST_TEST(refusal([&] { cojob::detail::check_key(key, "it"); }) == std::string("it: ") + words);
    for (const auto* key : {" ", "\n", "\t \r\n"})
        BOOST_TEST(refusal([&] { cojob::detail::check_key(key, "it"); }) == "it: must not be blank");
    for (const auto* key : {" sk_live_1", "sk_live_1 ", "sk_live_1\n", "\tsk_live_1", "sk_live_1\r\n", " Bearer x"})
        BOOST_TEST(refusal([&] { cojob::detail::check_key(key, "it"); }) ==
                   "it: must not begin or end with white space");
}

BOOST_AUTO_TEST_CASE(from_the_environment_has_no_white_space_around_it)
{
    for (const std::string around : {"", " ", "\n", "\r\n", "\t \v\f"})
        for (const std::string key : right) {
            set((around + key + around).c_str());
            BOOST_TEST(cojob::secret_from_environment(variable).reveal() == key);
        }
    for (const auto& [key, words] : wrong) {
        set((key + "\n").c_str());
        const auto said = refusal([] { (void)cojob::secret_from_environment(variable); });
        BOOST_TEST(said == variable + ": " + words);
    }
    set(" \n");
    BOOST_TEST(refusal([] { (void)cojob::secret_from_environment(variable); }) ==
               variable + ": the environment variable is blank; it must hold a key");
    set("");
    BOOST_TEST(refusal([] { (void)cojob::secret_from_environment(variable, "a token"); }) ==
               variable + ": the environment variable is not set; it must hold a token");
    set(nullptr);
    BOOST_TEST(refusal([] { (void)cojob::secret_from_environment(variable); }) ==
               variable + ": the environment variable is not set; it must hold a key");
}

BOOST_AUTO_TEST_CASE(from_a_file_has_no_white_space_around_it)
{
    for (const std::string before : {"", "\xEF\xBB\xBF", "\n ", "\xEF\xBB\xBF\r\n"})
        for (const std::string after : {"", "\n", "\r\n", " \n\n"}) {
            const key_file file(before + "sk_live_1" + after);
            BOOST_TEST(cojob::secret_from_file(file.path()).reveal() == "sk_live_1");
        }
    const auto refused = [](const std::string& text) {
        const key_file file(text);
        auto said = refusal([&] { (void)cojob::secret_from_file(file.path()); });
        BOOST_TEST(said.starts_with(file.path() + ": "));
        BOOST_TEST(said.find("live") == std::string::npos); // no part of a key is shown
        return said.substr(std::min(said.size(), file.path().size() + 2));
    };
    BOOST_TEST(refused("Bearer sk_live_1\n") == "must be the key alone, without Bearer in front");
    BOOST_TEST(refused("sk_live_1\nsk_live_2\n") == "must not have line breaks or other control characters");
    BOOST_TEST(refused("") == "the file is empty or blank; it must hold a key");
    BOOST_TEST(refused(" \n") == "the file is empty or blank; it must hold a key");
    BOOST_TEST(refused(std::string(16384, 'x')).starts_with("the file cannot be read, or is too large"));
    BOOST_TEST(refusal([] { (void)cojob::secret_from_file("/no/such/file"); }) ==
               "/no/such/file: the file cannot be opened; it must hold a key");
    BOOST_TEST(refusal([] { (void)cojob::secret_from_file("/"); }).starts_with("/: the file cannot be"));
}

BOOST_AUTO_TEST_SUITE_END()
