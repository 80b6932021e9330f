# CMake package of libzexa: the targets zexa::zexa (shared library) and zexa::zexa_static, if the library is installed.
#
# Paths are relative to this file, <prefix>/share/cmake/zexa, so that the prefix can be moved.

get_filename_component(_zexa_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

# The libraries are in lib, lib64 or the multiarch folder.
set(_zexa_folders lib)
if(CMAKE_SIZEOF_VOID_P EQUAL 8)
    list(PREPEND _zexa_folders lib64)
endif()
if(CMAKE_LIBRARY_ARCHITECTURE)
    list(PREPEND _zexa_folders "lib/${CMAKE_LIBRARY_ARCHITECTURE}")
endif()
set(_zexa_shared NOTFOUND)
set(_zexa_static NOTFOUND)
foreach(_zexa_folder IN LISTS _zexa_folders)
    set(_zexa_lib "${_zexa_prefix}/${_zexa_folder}")
    if(EXISTS "${_zexa_lib}/pkgconfig/zexa.pc")
        if(WIN32)
            set(_zexa_shared "${_zexa_prefix}/bin/zexa.dll")
        else()
            set(_zexa_shared "${_zexa_lib}/libzexa${CMAKE_SHARED_LIBRARY_SUFFIX}")
        endif()
        set(_zexa_static "${_zexa_lib}/libzexa.a")
        break()
    endif()
endforeach()

if(NOT TARGET zexa::zexa AND EXISTS "${_zexa_shared}")
    add_library(zexa::zexa SHARED IMPORTED)
    set_target_properties(zexa::zexa PROPERTIES
        IMPORTED_LOCATION "${_zexa_shared}"
        INTERFACE_INCLUDE_DIRECTORIES "${_zexa_prefix}/include")
    if(WIN32)
        set_target_properties(zexa::zexa PROPERTIES IMPORTED_IMPLIB "${_zexa_lib}/libzexa.dll.a")
    endif()
endif()

if(NOT TARGET zexa::zexa_static AND EXISTS "${_zexa_static}")
    # The system libraries that the static library needs, from zexa.pc. Split before each dash, so that `-framework Name` stays one.
    file(STRINGS "${_zexa_lib}/pkgconfig/zexa.pc" _zexa_private REGEX "^Libs\\.private:")
    string(REGEX REPLACE "^Libs\\.private: *" "" _zexa_private "${_zexa_private}")
    string(REGEX REPLACE " +-" ";-" _zexa_private "${_zexa_private}")
    add_library(zexa::zexa_static STATIC IMPORTED)
    set_target_properties(zexa::zexa_static PROPERTIES
        IMPORTED_LOCATION "${_zexa_static}"
        INTERFACE_INCLUDE_DIRECTORIES "${_zexa_prefix}/include"
        INTERFACE_LINK_LIBRARIES "${_zexa_private}")
    unset(_zexa_private)
endif()

if(NOT TARGET zexa::zexa AND NOT TARGET zexa::zexa_static)
    set(zexa_FOUND FALSE)
    set(zexa_NOT_FOUND_MESSAGE "libzexa with pkgconfig/zexa.pc was not found below ${_zexa_prefix} in: ${_zexa_folders}")
endif()

unset(_zexa_prefix)
unset(_zexa_folders)
unset(_zexa_folder)
unset(_zexa_lib)
unset(_zexa_shared)
unset(_zexa_static)
