# What the shared libraries that a wheel needs from outside (`sonames`, which `prefetch` records) are in nixpkgs.
#
# Invariant: a name that is not in the table changes nothing; autoPatchelfHook still complains about what it does not find.
{ pkgs }:
let
  # Beyond those of the manylinux policies, which every native wheel gets.
  libraries = {
    "libasound.so.2" = "alsa-lib";
    "libEGL.so.1" = "libGL";
    "libGL.so.1" = "libGL";
    "libGLX.so.0" = "libGL";
    "libOpenGL.so.0" = "libGL";
    "libdbus-1.so.3" = "dbus";
    "libfontconfig.so.1" = "fontconfig";
    "libfreetype.so.6" = "freetype";
    "libibverbs.so.1" = "rdma-core";
    "libmysqlclient.so.21" = "libmysqlclient";
    "libnuma.so.1" = "numactl";
    "libodbc.so.2" = "unixODBC";
    "libportaudio.so.2" = "portaudio";
    "libpq.so.5" = "libpq";
    "libpulse.so.0" = "libpulseaudio";
    "librdmacm.so.1" = "rdma-core";
    "libsndfile.so.1" = "libsndfile";
    "libusb-1.0.so.0" = "libusb1";
    "libwayland-client.so.0" = "wayland";
    "libxkbcommon.so.0" = "libxkbcommon";
  };
  wanted = sonames: map (soname: libraries.${soname}) (builtins.filter (soname: libraries ? ${soname}) sonames);
  once = names: builtins.attrNames (builtins.listToAttrs (map (name: { inherit name; value = null; }) names));
in
{
  libraries = sonames: map (name: pkgs.${name}) (builtins.filter (name: pkgs ? ${name}) (once (wanted sonames)));
  # The graphics driver is found at run time, after autoPatchelfHook.
  tools = sonames: if builtins.elem "libcuda.so.1" sonames then [ pkgs.autoAddDriverRunpath ] else [ ];
}
