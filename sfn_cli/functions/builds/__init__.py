"""Dependencies of functions and projects, built once into $SFN_HOME/builds.

function_build         what one function needs: packages, SDK, bundle, and notes for the user
layer_build            the same for a layer with SAM's BuildMethod
public_layers          substitutes for public layers; public_layer_packages installs them
python_packages        requirements.txt, installed by the pip of the function's interpreter
node_packages          package.json, installed by npm
python_sdk, node_sdk   the AWS SDK that Lambda's runtimes contain
typescript             bundles, built by esbuild; typescript_sources finds sources of compiled code
imports                the modules that source files import
build_folder           one folder per build, named by a hash of its inputs
build_process          runs pip, npm and esbuild without the user's AWS credentials
project_code           the notice, shown once per project, that its code runs
"""
