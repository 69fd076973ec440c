#ifndef COJOB_TESTS_REDIS_REDIS_SERVER_HPP
#define COJOB_TESTS_REDIS_REDIS_SERVER_HPP

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/test/unit_test.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tests {

/// A Redis server on a loopback port, without persistence. COJOB_REDIS_SERVER names the program.
class redis_server {
  public:
    using options = std::vector<std::string>;

    explicit redis_server(options more = {}, bool has_tls = false)
        : options_(std::move(more)), has_tls_(has_tls), port_(free_port())
    {
        start();
    }
    redis_server(const redis_server&) = delete;
    redis_server& operator=(const redis_server&) = delete;
    ~redis_server() { kill(); }

    [[nodiscard]] const std::string& port() const { return port_; }

    /// Starts it again, empty, on its port.
    void start()
    {
        const auto* const given = std::getenv("COJOB_REDIS_SERVER");
        std::vector<std::string> words{
            given ? given : "redis-server", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"};
        if (has_tls_)
            words.insert(words.end(), {"--port", "0", "--tls-port", port_});
        else
            words.insert(words.end(), {"--port", port_});
        words.insert(words.end(), options_.begin(), options_.end());
        std::vector<char*> arguments;
        for (auto& word : words)
            arguments.push_back(word.data());
        arguments.push_back(nullptr);
        pid_ = ::fork();
        if (pid_ == 0) {
            const int nowhere = ::open("/dev/null", O_RDWR);
            ::dup2(nowhere, 1);
            ::dup2(nowhere, 2);
            ::execvp(arguments[0], arguments.data());
            ::_exit(127);
        }
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!accepts())
            BOOST_TEST_REQUIRE((std::chrono::steady_clock::now() < deadline && ::waitpid(pid_, nullptr, WNOHANG) == 0));
    }
    /// As a crash does.
    void kill()
    {
        if (pid_ <= 0)
            return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = 0;
    }
    void stop() const { ::kill(pid_, SIGSTOP); }
    void go_on() const { ::kill(pid_, SIGCONT); }

  private:
    [[nodiscard]] static std::string free_port()
    {
        boost::asio::io_context io;
        const boost::asio::ip::tcp::acceptor any(io, {boost::asio::ip::address_v4::loopback(), 0});
        return std::to_string(any.local_endpoint().port());
    }
    [[nodiscard]] bool accepts() const
    {
        std::this_thread::sleep_for(std::chrono::milliseconds(10)); // a program of others is starting
        boost::asio::io_context io;
        boost::asio::ip::tcp::socket socket(io);
        boost::system::error_code failed;
        const auto number = static_cast<unsigned short>(std::stoi(port_));
        (void)socket.connect({boost::asio::ip::address_v4::loopback(), number}, failed);
        return !failed;
    }

    options options_;
    bool has_tls_;
    std::string port_;
    pid_t pid_ = 0;
};

} // namespace tests

#endif
