// Windows has the system's authorities in a store, which OpenSSL opens since 3.2.
#ifdef _WIN32

#include "support/mock_agent.hpp"

#include <cojob/impl/internal/testing/mock_certificate.ipp>

#include <boost/test/unit_test.hpp>

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <windows.h>

#include <wincrypt.h>
#undef X509_NAME // names of OpenSSL's types
#undef X509_EXTENSIONS
#undef PKCS7_SIGNER_INFO
#undef OCSP_REQUEST
#undef OCSP_RESPONSE

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace system_store_tests {

using tests::mock_agent;

std::vector<unsigned char> der_of(const std::string& pem)
{
    const cojob::testing::detail::bio_ptr in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    const cojob::testing::detail::certificate_ptr certificate(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
    std::vector<unsigned char> der(static_cast<std::size_t>(i2d_X509(certificate.get(), nullptr)));
    auto* end = der.data();
    i2d_X509(certificate.get(), &end);
    return der;
}

/// An authority in the user's store while it is needed.
class trusted_by_the_system {
  public:
    explicit trusted_by_the_system(const std::string& pem) : store_(::CertOpenSystemStoreW(0, L"ROOT"))
    {
        const auto der = der_of(pem);
        if (!store_ ||
            !::CertAddEncodedCertificateToStore(store_, X509_ASN_ENCODING, der.data(), static_cast<DWORD>(der.size()),
                                                CERT_STORE_ADD_ALWAYS, &added_))
            throw std::runtime_error("the system's store takes no certificate");
        ::CertControlStore(store_, 0, CERT_STORE_CTRL_COMMIT, nullptr); // where others see it
    }
    trusted_by_the_system(const trusted_by_the_system&) = delete;
    trusted_by_the_system& operator=(const trusted_by_the_system&) = delete;
    ~trusted_by_the_system()
    {
        ::CertDeleteCertificateFromStore(added_);
        ::CertCloseStore(store_, 0);
    }

  private:
    HCERTSTORE store_;
    PCCERT_CONTEXT added_ = nullptr;
};

/// Windows itself asks the user before it adds an authority. Wine does not.
boost::test_tools::assertion_result is_wine(boost::unit_test::test_unit_id)
{
    const auto ntdll = ::GetModuleHandleW(L"ntdll.dll");
    return ntdll && ::GetProcAddress(ntdll, "wine_get_version") != nullptr;
}

} // namespace system_store_tests

BOOST_AUTO_TEST_SUITE(the_store_of_windows)

using namespace system_store_tests;

BOOST_AUTO_TEST_CASE(has_the_authorities_that_a_client_trusts, *boost::unit_test::precondition(is_wine))
{
    mock_agent mock({}, tests::one_attempt(), {}, tests::trust_server::no);
    {
        const trusted_by_the_system authority(mock.server.ca_pem());
        BOOST_CHECK(!mock.run(mock.agent.create_job("text")).code());
    }
    mock_agent other({}, tests::one_attempt(), {}, tests::trust_server::no);
    const trusted_by_the_system foreign(mock.server.ca_pem());
    BOOST_CHECK(other.run(other.agent.create_job("text")).code() == cojob::errc::certificate_rejected);
}

BOOST_AUTO_TEST_SUITE_END()

#endif
