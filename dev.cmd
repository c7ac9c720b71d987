@echo off
rem The one entry for people and for CI on Windows: what ./dev is on Linux. Installs nothing.
rem Wants on the PATH: a JDK 11 or later, Maven, CMake, Ninja; and Visual Studio 2022 or, with IOCP4J_COMPILER=mingw, MinGW-w64.
setlocal
set "root=%~dp0"
set "tools=%root%java\iocp4j-tools\target"
set "mvn=mvn --batch-mode --file "%root%pom.xml""
set "arguments="
for /f "tokens=1,*" %%a in ("%*") do set "arguments=%%b"

if "%~1"=="test" goto test
if "%~1"=="demo" goto demo
if "%~1"=="soak" goto soak
if "%~1"=="bench" goto bench
if "%~1"=="consumers" goto consumers
if "%~1"=="install" goto install
if "%~1"=="run" if not "%~2"=="" goto run
echo Usage: dev test [MAVEN ARGS]    build everything, run all tests
echo        dev test --deep          then also the fuzz targets of the Java side and the consumers; ./dev on Linux has more
echo        dev demo [ARGS]          build, then many clients log to one daemon at once
echo        dev soak [--minutes N]   build, then strain the library for N minutes (default 10) and count what is left
echo        dev bench [NAME...]      build, then compare with what one would use instead
echo        dev consumers [CASE...]  publish to a folder; build and run programs that see nothing else of iocp4j
echo        dev run TOOL [ARGS]      run a tool of iocp4j-tools (TOOL --help says more)
echo        dev install              build and put the artifacts into the local Maven repository, without tests
echo        dev help                 this text
if "%~1"=="" exit /b 0
if "%~1"=="help" exit /b 0
exit /b 2

:test
call :compiler
if errorlevel 1 exit /b 1
set "deep="
echo %arguments%| findstr /c:"--deep" >nul && set "deep=-Pdeep"
if defined arguments set "arguments=%arguments:--deep=%"
call %mvn% verify %deep% %arguments%
if errorlevel 1 exit /b 1
if not defined deep exit /b 0
set "arguments="
goto publish

:install
call :compiler
if errorlevel 1 exit /b 1
call %mvn% install --projects "!tests" %arguments%
exit /b %errorlevel%

:consumers
call :compiler
if errorlevel 1 exit /b 1
:publish
set "published=%root%tests\consumers\target\published"
if exist "%published%" rmdir /s /q "%published%"
call %mvn% --quiet deploy "-DaltDeploymentRepository=published::file:///%published:\=/%" ^
    -DskipTests -Dcheckstyle.skip -Dmaven.javadoc.skip --projects "!tests"
if errorlevel 1 exit /b 1
pushd "%root%"
javac --release 11 -Xlint:all -Werror -d tests/consumers/target/classes tests/consumers/runner/*.java
if errorlevel 1 popd & exit /b 1
java -cp tests/consumers/target/classes Consumers "%published%" %arguments%
set "result=%errorlevel%"
popd
exit /b %result%

:demo
call :compiler
if errorlevel 1 exit /b 1
call %mvn% --quiet verify -DskipTests
if errorlevel 1 exit /b 1
call :find_jar
java -cp "%jar%;%root%tests\target\test-classes" io.github.iocp4j.demo.SyelogDemo ^
    --clients-exe "%root%tests\target\cmake\bin\syelog_client.exe" %arguments%
exit /b %errorlevel%

:soak
call :compiler
if errorlevel 1 exit /b 1
call %mvn% --quiet verify -DskipTests
if errorlevel 1 exit /b 1
call :find_jar
java "@%root%tests\target\test-classes\io\github\iocp4j\soak\jvm.options" ^
    -cp "%jar%;%root%tests\target\test-classes" io.github.iocp4j.soak.Soak ^
    --programs "%root%tests\target\cmake\bin" %arguments%
exit /b %errorlevel%

:bench
call %mvn% --quiet -Pbench package --projects tests/bench/driver -Dcheckstyle.skip
if errorlevel 1 exit /b 1
set "driver=%root%tests\bench\driver\target"
set "driver=java -cp "%driver%\classes;%driver%\lib\*" io.github.iocp4j.bench.Bench --root "%root%.""
rem What only asks, or asks wrongly, is answered before anything else is built; 3 means that benchmarks would run.
%driver% --usage-only %arguments%
if %errorlevel% neq 3 exit /b %errorlevel%
call :compiler
if errorlevel 1 exit /b 1
call %mvn% --quiet -Pbench package --projects tests/bench --also-make -Dcheckstyle.skip -Dmaven.javadoc.skip
if errorlevel 1 exit /b 1
%driver% %arguments%
exit /b %errorlevel%

:run
call :find_jar
if defined jar goto run_jar
call :compiler
if errorlevel 1 exit /b 1
call %mvn% --quiet package --projects java/iocp4j-tools --also-make -Dmaven.javadoc.skip 1>&2
if errorlevel 1 exit /b 1
call :find_jar
:run_jar
java -jar "%jar%" %arguments%
exit /b %errorlevel%

:find_jar
set "jar="
for %%f in ("%tools%\iocp4j-tools-*.jar") do set "jar=%%f"
exit /b 0

rem Puts Visual Studio's compiler on the PATH, unless one is there or MinGW is asked for.
:compiler
if "%IOCP4J_COMPILER%"=="mingw" exit /b 0
where /q cl && exit /b 0
set "vswhere=%ProgramFiles(x86)%\Microsoft Visual Studio\Installer\vswhere.exe"
if exist "%vswhere%" for /f "usebackq delims=" %%i in (
    `"%vswhere%" -latest -products * -requires Microsoft.VisualStudio.Component.VC.Tools.x86.x64 -property installationPath`
) do call "%%i\Common7\Tools\VsDevCmd.bat" -arch=amd64 -host_arch=amd64 -no_logo && exit /b 0
echo dev: no Visual Studio 2022 with C++ here; install its build tools, or use MinGW-w64 and set IOCP4J_COMPILER=mingw 1>&2
exit /b 1
