"""What functions and projects need that is not in their sources, built once into $SFN_HOME/builds.

function_build         what one function needs: packages, SDK, bundle, and notes for the user
layer_build            the same for a layer with SAM's BuildMethod
public_layers          what stands for layers of AWS and others; public_layer_packages installs it
python_packages        requirements.txt, by the pip of the function's interpreter
node_packages          package.json, by npm
python_sdk, node_sdk   the AWS SDK, as Lambda's runtimes contain it
typescript             bundles, by esbuild; typescript_sources finds the sources of compiled code
imports                which modules source files import
build_folder           one folder per build, by the hash of what it is built from
build_process          runs pip, npm and esbuild without the user's AWS credentials
project_code           the line that says, once per project, that its code runs
"""
