# Run by cpack before it packs: licence and changes go where Debian has them, in its forms.
set(share "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr/share")
set(documents "${share}/doc/${CPACK_DEBIAN_PACKAGE_NAME}")

file(READ "${share}/licenses/cojob/LICENSE" licence)
file(WRITE "${documents}/copyright" "Source: ${CPACK_PACKAGE_HOMEPAGE_URL}\nCopyright 2026 the authors of cojob\n\n${licence}")
file(REMOVE_RECURSE "${share}/licenses")

string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(COPY_FILE "${CPACK_COJOB_CHANGES}" "${documents}/changelog")
string(
  CONCAT changes
         "cojob (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium\n\n"
         "  * Release ${CPACK_PACKAGE_VERSION}: see changelog.gz.\n\n"
         " -- ${CPACK_PACKAGE_CONTACT}  ${now}\n"
)
file(WRITE "${documents}/changelog.Debian" "${changes}")
file(GLOB manuals "${share}/man/man*/*")
execute_process(
  COMMAND gzip -9n "${documents}/changelog" "${documents}/changelog.Debian" ${manuals} COMMAND_ERROR_IS_FATAL ANY
)
