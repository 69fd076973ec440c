// curl_loop PORT CA_FILE COUNT: the same with libcurl's easy interface on one kept handle. Prints the last job's
// status.

#include <boost/json.hpp>

#include <curl/curl.h>

#include <cstdlib>
#include <iostream>
#include <string>

namespace {

std::size_t append(char* data, std::size_t, std::size_t size, void* body)
{
    static_cast<std::string*>(body)->append(data, size);
    return size;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 4)
        return 2;
    auto* const handle = curl_easy_init();
    const auto url = "https://localhost:" + std::string(argv[1]) + "/v2/agent/p/job/job_1";
    std::string body, status;
    auto* const headers = curl_slist_append(curl_slist_append(nullptr, "Accept: application/json"),
                                            "Authorization: Bearer mint_test_key");
    curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle, CURLOPT_CAINFO, argv[2]);
    curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT, 30L);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, append);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &body);
    for (int i = 0; i < std::atoi(argv[3]); ++i) {
        body.clear();
        if (const auto code = curl_easy_perform(handle); code != CURLE_OK) {
            std::cerr << curl_easy_strerror(code) << '\n';
            return 1;
        }
        status = boost::json::parse(body).at("status").as_string();
    }
    std::cout << status << '\n';
    curl_slist_free_all(headers);
    curl_easy_cleanup(handle);
}
