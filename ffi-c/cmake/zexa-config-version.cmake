# Whether the libzexa beside this file will do for who asks for a version of it: one that is no older, of the same major version,
# and of the same minor version while the major one is 0. Who asks for a range gets what lies in it.

# The version is the header's, so that none has to be kept equal to it here.
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
    # Up to what breaks.
    if(PACKAGE_FIND_VERSION_MAJOR GREATER 0)
        math(EXPR _zexa_breaks "${PACKAGE_FIND_VERSION_MAJOR} + 1")
    else()
        math(EXPR _zexa_breaks "${PACKAGE_FIND_VERSION_MINOR} + 1")
        string(PREPEND _zexa_breaks "0.")
    endif()
    if(PACKAGE_VERSION VERSION_LESS _zexa_breaks)
        set(PACKAGE_VERSION_COMPATIBLE TRUE)
    endif()
    unset(_zexa_breaks)
    if(PACKAGE_VERSION VERSION_EQUAL PACKAGE_FIND_VERSION)
        set(PACKAGE_VERSION_EXACT TRUE)
    endif()
endif()
