# Version check of find_package(zexa VERSION): compatible versions are not older and have the same major version, and before 1.0
# the same minor version. A version range accepts all versions within it.

# The version comes from the header, so it is not duplicated here.
file(STRINGS "${CMAKE_CURRENT_LIST_DIR}/../../../include/zexa.h" PACKAGE_VERSION REGEX "^#define ZEXA_VERSION \"")
string(REGEX REPLACE "^.*\"(.*)\".*$" "\\1" PACKAGE_VERSION "${PACKAGE_VERSION}")

set(PACKAGE_VERSION_COMPATIBLE FALSE)
if(PACKAGE_FIND_VERSION_RANGE)
    if(PACKAGE_VERSION VERSION_GREATER_EQUAL PACKAGE_FIND_VERSION_MIN
       AND (PACKAGE_VERSION VERSION_LESS PACKAGE_FIND_VERSION_MAX
            OR (PACKAGE_FIND_VERSION_RANGE_MAX STREQUAL "INCLUDE"
                AND PACKAGE_VERSION VERSION_EQUAL PACKAGE_FIND_VERSION_MAX)))
        set(PACKAGE_VERSION_COMPATIBLE TRUE)
    endif()
elseif(PACKAGE_VERSION VERSION_GREATER_EQUAL PACKAGE_FIND_VERSION)
    # Up to the next incompatible version.
    if(PACKAGE_FIND_VERSION_MAJOR GREATER 0)
        math(EXPR _zexa_incompatible "${PACKAGE_FIND_VERSION_MAJOR} + 1")
    else()
        math(EXPR _zexa_incompatible "${PACKAGE_FIND_VERSION_MINOR} + 1")
        string(PREPEND _zexa_incompatible "0.")
    endif()
    if(PACKAGE_VERSION VERSION_LESS _zexa_incompatible)
        set(PACKAGE_VERSION_COMPATIBLE TRUE)
    endif()
    unset(_zexa_incompatible)
    if(PACKAGE_VERSION VERSION_EQUAL PACKAGE_FIND_VERSION)
        set(PACKAGE_VERSION_EXACT TRUE)
    endif()
endif()
